from presales_mgmt.controllers import ProjectRow


class PresalesBidEnvelopeItem(ProjectRow):
	pass
