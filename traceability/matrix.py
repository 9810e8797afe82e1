"""Who may do what with which record: role permissions of the DocType files and the one visibility rule.

The rule is said here once more, in a few plain lines over the constants of `presales_mgmt.permissions`; a test
compares what follows from it with what a live site answers.
"""

from dataclasses import dataclass

from presales_mgmt.permissions.scope import PROJECT, PROJECT_DOCTYPES
from traceability import sources

VISIBILITY = "permissions/visibility.py"
READING = sources.constant(VISIBILITY, "READING")
READ_ONLY_PROJECT_ROLES = sources.constant(VISIBILITY, "READ_ONLY_PROJECT_ROLES")
PROJECT_WRITERS = sources.constant(VISIBILITY, "PROJECT_WRITERS")
LEADER_ROLE = sources.constant(VISIBILITY, "LEADER_ROLE")
OPINION = sources.constant(VISIBILITY, "OPINION")
DELEGATION = "Presales Delegation"
DELEGATE_FOR_OTHERS = sources.constant("permissions/delegation.py", "DELEGATE_FOR_OTHERS")

# DocTypes that belong to no project, but say how projects are run.
COMMON_DOCTYPES = (
	"Presales Process",
	"Presales Process Version",
	"Presales Stage",
	"Presales Document Type",
	"Presales Review Template",
	"Presales Classification Criterion",
	"Presales Rollout Plan",
	"Presales Settings",
	DELEGATION,
)

ACTIONS = sources.RIGHTS


@dataclass(frozen=True)
class Persona:
	"""Somebody by example: the roles, and what the person is on the project that is asked about."""

	name: str
	label: str
	roles: tuple[str, ...]
	project_roles: tuple[str, ...] = ()


PERSONAS = (
	Persona("engineer", "Team member (engineer)", ("Presales Engineer",), ("Engineer",)),
	Persona("manager", "Manager", ("Presales Manager", "Sales User"), ("Manager",)),
	Persona("director", "Director", ("Presales Director", "Sales User"), ("Director",)),
	Persona(
		"peer",
		"Peer outside the team",
		("Presales Engineer", "Presales Manager", "Presales Director", "Sales User"),
	),
	Persona("supervisor", "Supervisor", ("Presales Supervisor",), ("Company Supervisor",)),
	Persona(
		"delivery", "Delivery manager", ("Presales Delivery Manager", "Projects User"), ("Delivery Manager",)
	),
	Persona("leader", "Leader", (LEADER_ROLE,)),
	Persona("sales_user", "Plain Sales User", ("Sales User",)),
	Persona("guest", "Guest", ()),
)


@dataclass(frozen=True)
class Row:
	"""A kind of record. `own` says that it is the persona's own; `concluded` that it is open to the others."""

	doctype: str
	label: str
	own: bool = False
	concluded: bool = False


def rows() -> list[Row]:
	"""Every kind of record that the table is about. Of what is somebody's own there are several kinds."""
	found = []
	for doctype in (*PROJECT_DOCTYPES, *COMMON_DOCTYPES):
		if doctype == OPINION:
			found += [
				Row(doctype, f"{doctype} (own)", own=True),
				Row(doctype, f"{doctype} (another's, review running)"),
				Row(doctype, f"{doctype} (another's, review concluded)", concluded=True),
			]
		elif doctype == DELEGATION:
			found += [
				Row(doctype, f"{doctype} (own)", own=True),
				Row(doctype, f"{doctype} (of others)"),
			]
		else:
			found.append(Row(doctype, doctype))
	return found


def allowed(persona: Persona, row: Row, action: str) -> bool:
	"""Whether `persona` may do `action` with a record of the kind `row` of the project in question."""
	if not sources.roles_with(row.doctype, action) & set(persona.roles):
		return False
	if row.doctype == OPINION and not row.own and not (row.concluded and action in READING):
		return False
	if row.doctype == DELEGATION and not row.own and action != "create":
		return bool(set(DELEGATE_FOR_OTHERS) & set(persona.roles))
	if row.doctype not in PROJECT_DOCTYPES or LEADER_ROLE in persona.roles:
		return True
	if row.doctype == PROJECT and action == "create":
		return True  # a new project has no team yet
	if not persona.project_roles:
		return False
	if action in READING:
		return True
	if row.doctype == PROJECT:
		return bool(PROJECT_WRITERS & set(persona.project_roles))
	return row.doctype == OPINION or not set(persona.project_roles) <= READ_ONLY_PROJECT_ROLES


def matrix() -> dict[tuple[str, str, str], bool]:
	"""(persona, label of the row, action) -> whether it is allowed."""
	return {
		(persona.name, row.label, action): allowed(persona, row, action)
		for persona in PERSONAS
		for row in rows()
		for action in ACTIONS
	}
