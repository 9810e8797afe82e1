from presales_mgmt.controllers import ProjectRow


class PresalesHandoverPoint(ProjectRow):
	pass
