from presales_mgmt.controllers import ProjectRow


class PresalesMeetingAction(ProjectRow):
	pass
