from presales_mgmt.controllers import ProjectRecord


class PresalesRectification(ProjectRecord):
	pass
