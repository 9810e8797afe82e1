from presales_mgmt.controllers import ProjectRow


class PresalesReviewCriterion(ProjectRow):
	pass
