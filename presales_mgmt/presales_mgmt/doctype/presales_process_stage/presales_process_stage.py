from presales_mgmt.controllers import ProjectRow


class PresalesProcessStage(ProjectRow):
	pass
