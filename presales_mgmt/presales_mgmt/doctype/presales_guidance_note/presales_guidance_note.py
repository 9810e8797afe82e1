from presales_mgmt.controllers import ProjectRecord


class PresalesGuidanceNote(ProjectRecord):
	pass
