from presales_mgmt.controllers import ProjectRow


class PresalesReviewScore(ProjectRow):
	pass
