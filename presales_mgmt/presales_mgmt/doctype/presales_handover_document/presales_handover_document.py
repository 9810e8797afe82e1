from presales_mgmt.controllers import ProjectRow


class PresalesHandoverDocument(ProjectRow):
	pass
