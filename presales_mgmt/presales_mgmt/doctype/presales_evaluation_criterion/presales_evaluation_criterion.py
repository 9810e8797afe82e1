from presales_mgmt.controllers import ProjectRow


class PresalesEvaluationCriterion(ProjectRow):
	pass
