from presales_mgmt.controllers import ProjectRow


class PresalesBidClarification(ProjectRow):
	pass
