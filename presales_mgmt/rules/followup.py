"""Who settles what a review or a supervisor has asked for: never whose matter it is (R9.8, R9.9, R9.11)."""

OPEN, DONE, CLOSED, WAIVED = "Open", "Done", "Closed", "Waived"
ANSWERED = "Answered"

LEADER = "Presales Leader"
DIRECTOR_SUPERVISOR = "Director Supervisor"
SUPERVISOR_ROLES = ("Company Supervisor", "Department Supervisor", DIRECTOR_SUPERVISOR)


def is_own_matter(persons: set[str], *concerned: str | None) -> bool:
	"""Whether one of `persons`, a user and those whom the user acts for, is among the `concerned`."""
	return bool(persons & set(filter(None, concerned)))


def guide_role(project_roles: set[str], is_leader: bool) -> str | None:
	"""As what somebody guides a project: as its supervisor, else as a leader; None who is neither (R9.1)."""
	for role in SUPERVISOR_ROLES:
		if role in project_roles:
			return role
	return LEADER if is_leader else None
