from presales_mgmt.controllers import ProjectRow


class PresalesDiscountAuthority(ProjectRow):
	pass
