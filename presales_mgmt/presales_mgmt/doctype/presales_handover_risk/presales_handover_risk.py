from presales_mgmt.controllers import ProjectRow


class PresalesHandoverRisk(ProjectRow):
	pass
