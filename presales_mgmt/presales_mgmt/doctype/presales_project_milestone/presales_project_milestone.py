from presales_mgmt.controllers import ProjectRow


class PresalesProjectMilestone(ProjectRow):
	pass
