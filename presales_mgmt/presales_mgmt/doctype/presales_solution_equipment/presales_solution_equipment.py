from presales_mgmt.controllers import ProjectRow


class PresalesSolutionEquipment(ProjectRow):
	pass
