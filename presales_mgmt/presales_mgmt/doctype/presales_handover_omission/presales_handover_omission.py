from presales_mgmt.controllers import ProjectRow


class PresalesHandoverOmission(ProjectRow):
	pass
