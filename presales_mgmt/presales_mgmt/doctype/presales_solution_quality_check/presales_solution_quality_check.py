from presales_mgmt.controllers import ProjectRow


class PresalesSolutionQualityCheck(ProjectRow):
	pass
