from presales_mgmt.controllers import ProjectRow


class PresalesInitiationBasis(ProjectRow):
	pass
