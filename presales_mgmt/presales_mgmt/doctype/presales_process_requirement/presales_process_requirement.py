from presales_mgmt.controllers import ProjectRow


class PresalesProcessRequirement(ProjectRow):
	pass
