from presales_mgmt.controllers import ProjectRow


class PresalesRolloutTask(ProjectRow):
	"""One thing to do when a process is introduced: by whom, in which department, until when (R4.6)."""
