from presales_mgmt.controllers import ProjectRow


class PresalesPurchaseRequestItem(ProjectRow):
	pass
