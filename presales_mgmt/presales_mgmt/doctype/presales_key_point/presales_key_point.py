from presales_mgmt.controllers import ProjectRow


class PresalesKeyPoint(ProjectRow):
	pass
