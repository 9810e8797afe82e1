from presales_mgmt.controllers import ProjectRow


class PresalesBidBidder(ProjectRow):
	pass
