from presales_mgmt.controllers import ProjectRow


class PresalesProjectCompetitor(ProjectRow):
	pass
