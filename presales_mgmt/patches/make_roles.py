from presales_mgmt.setup.install import make_roles


def execute():
	"""Roles of a later version are made before the DocTypes that name them, which would make them unremembered."""
	make_roles()
