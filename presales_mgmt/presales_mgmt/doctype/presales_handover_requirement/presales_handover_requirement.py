from presales_mgmt.controllers import ProjectRow


class PresalesHandoverRequirement(ProjectRow):
	pass
