from presales_mgmt.controllers import ProjectRow


class PresalesHandoverContact(ProjectRow):
	pass
