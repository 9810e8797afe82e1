from presales_mgmt.controllers import ProjectRow


class PresalesHandoverPromise(ProjectRow):
	pass
