from presales_mgmt.controllers import ProjectRow


class PresalesSolutionCoverage(ProjectRow):
	pass
