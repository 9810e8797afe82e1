from presales_mgmt.controllers import ProjectRow


class PresalesReviewCondition(ProjectRow):
	pass
