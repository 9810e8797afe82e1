from presales_mgmt.controllers import ProjectRow


class PresalesCompanySetting(ProjectRow):
	pass
