from presales_mgmt.controllers import ProjectRow


class PresalesProjectStakeholder(ProjectRow):
	pass
