from presales_mgmt.controllers import ProjectRow


class PresalesMeetingDecision(ProjectRow):
	pass
