from presales_mgmt.controllers import ProjectRecord


class PresalesInitiation(ProjectRecord):
	pass
