from presales_mgmt.controllers import ProjectRow


class PresalesClassificationAnswer(ProjectRow):
	pass
