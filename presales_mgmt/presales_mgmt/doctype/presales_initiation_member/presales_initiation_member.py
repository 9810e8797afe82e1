from presales_mgmt.controllers import ProjectRow


class PresalesInitiationMember(ProjectRow):
	pass
