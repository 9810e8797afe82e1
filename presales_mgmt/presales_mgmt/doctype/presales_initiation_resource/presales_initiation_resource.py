from presales_mgmt.controllers import ProjectRow


class PresalesInitiationResource(ProjectRow):
	pass
