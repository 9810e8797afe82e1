from presales_mgmt.controllers import ProjectRow


class PresalesSolutionResource(ProjectRow):
	pass
