from presales_mgmt.controllers import ProjectRow


class PresalesRequirementChange(ProjectRow):
	pass
