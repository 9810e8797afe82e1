from presales_mgmt.controllers import ProjectRow


class PresalesHandoverBudget(ProjectRow):
	pass
