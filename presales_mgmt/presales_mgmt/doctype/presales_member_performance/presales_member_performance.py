from presales_mgmt.controllers import ProjectRow


class PresalesMemberPerformance(ProjectRow):
	pass
