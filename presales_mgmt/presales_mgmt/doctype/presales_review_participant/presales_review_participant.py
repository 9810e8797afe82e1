from presales_mgmt.controllers import ProjectRow


class PresalesReviewParticipant(ProjectRow):
	pass
