from presales_mgmt.controllers import ProjectRow


class PresalesReviewer(ProjectRow):
	pass
