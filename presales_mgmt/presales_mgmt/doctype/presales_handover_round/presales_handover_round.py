from presales_mgmt.controllers import ProjectRow


class PresalesHandoverRound(ProjectRow):
	pass
