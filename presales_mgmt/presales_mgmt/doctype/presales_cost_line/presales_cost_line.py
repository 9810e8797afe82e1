from presales_mgmt.controllers import ProjectRow


class PresalesCostLine(ProjectRow):
	pass
