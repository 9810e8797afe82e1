from presales_mgmt.controllers import ProjectRow


class PresalesProjectMember(ProjectRow):
	pass
