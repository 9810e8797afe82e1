from presales_mgmt.controllers import ProjectRow


class PresalesMeetingAttendee(ProjectRow):
	pass
