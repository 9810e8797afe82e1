from presales_mgmt.controllers import ProjectRow


class PresalesHandoverReason(ProjectRow):
	pass
