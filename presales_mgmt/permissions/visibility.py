"""The one visibility rule: a project and everything under it is seen by its team, its supervisors, its
director and the company's leaders, and by nobody else (R1.9, R9.1).

Frappe's role permissions, User Permissions and confidentiality levels only narrow this further.
"""

import frappe
from frappe.desk.reportview import build_match_conditions
from frappe.permissions import get_role_permissions, get_user_permissions
from frappe.query_builder import Criterion
from pypika.terms import PseudoColumn

from presales_mgmt.compat import NO_OBJECTION
from presales_mgmt.permissions.delegation import acting_for, is_own_opinion, own_opinions
from presales_mgmt.permissions.scope import CHILD_DOCTYPES, PROJECT, PROJECT_DOCTYPES
from presales_mgmt.rules.review import DECISIONS

LEADER_ROLE = "Presales Leader"
MEMBER = "Presales Project Member"
OPINION = "Presales Review Opinion"

READING = frozenset({"read", "select", "report", "export", "print", "email"})

# Invited experts read the project and write their opinion, nothing else.
READ_ONLY_PROJECT_ROLES = frozenset({"Reviewer"})
WRITTEN_BY_REVIEWERS = frozenset({OPINION})

# Who plans and leads the project may change the project itself (R9.5-R9.7); leaders decide on it (R9.9).
PROJECT_WRITERS = frozenset({"Director", "Manager", "Planning Manager"})
# They also prepare its application for initiation, lead its bids and hand it over.
WRITTEN_BY_PROJECT_WRITERS = frozenset({PROJECT, "Presales Initiation", "Presales Bid", "Presales Handover"})


def sees_everything(user: str) -> bool:
	"""Whether the visibility rule does not limit `user`: Administrator and leaders."""
	return user == "Administrator" or LEADER_ROLE in frappe.get_roles(user)


def projects_of(user: str):
	"""Query for the names of the projects on whose team, or among whose supervisors, is `user` or somebody
	whom `user` acts for.

	The director and the manager are always members of the team, so one table tells all.
	"""
	member = frappe.qb.DocType(MEMBER)
	return (
		frappe.qb.from_(member)
		.select(member.parent)
		.where(
			(member.parenttype == PROJECT) & member.user.isin(sorted(acting_for(user))) & (member.active == 1)
		)
	)


def get_project_roles(project: str, user: str) -> set[str]:
	"""The roles in `project`, as team member or supervisor, of `user` and of those whom `user` acts for."""
	return set(
		frappe.get_all(
			MEMBER,
			filters={
				"parenttype": PROJECT,
				"parent": project,
				"user": ["in", sorted(acting_for(user))],
				"active": 1,
			},
			pluck="project_role",
			order_by="idx asc",
		)
	)


def _criterion(doctype: str, user: str) -> Criterion:
	"""The rule as a condition on the table of `doctype`."""
	table = frappe.qb.DocType(doctype)
	if doctype in CHILD_DOCTYPES:
		parent_doctype = CHILD_DOCTYPES[doctype]
		if parent_doctype == PROJECT:
			return table.parent.isin(projects_of(user))
		parent = frappe.qb.DocType(parent_doctype)
		visible_parents = frappe.qb.from_(parent).select(parent.name).where(_criterion(parent_doctype, user))
		return table.parent.isin(visible_parents)

	return table[PROJECT_DOCTYPES[doctype]].isin(projects_of(user))


def _narrowed_criterion(doctype: str, user: str) -> Criterion:
	"""The rule for a user with User Permissions: on company, territory ... of the project, which the records
	under it do not have themselves. Frappe's own conditions on the project are taken over as they are.
	"""
	project = frappe.qb.DocType(PROJECT)
	visible = frappe.qb.from_(project).select(project.name)
	if conditions := build_match_conditions(PROJECT, user):
		# Doubled for a statement with values; here the text stands as it is.
		visible = visible.where(PseudoColumn("({})".format(conditions.replace("%%", "%"))))
	table = frappe.qb.DocType(doctype)
	if doctype not in CHILD_DOCTYPES:
		return table[PROJECT_DOCTYPES[doctype]].isin(visible)
	parent_doctype = CHILD_DOCTYPES[doctype]
	if parent_doctype == PROJECT:
		return table.parent.isin(visible)
	parent = frappe.qb.DocType(parent_doctype)
	parents = frappe.qb.from_(parent).select(parent.name).where(parent.presales_project.isin(visible))
	return table.parent.isin(parents)


def _opinion_criterion(user: str) -> Criterion:
	"""Reviewers decide alone: others, leaders too, see an opinion when the review is concluded. Whoever has
	decided on the same review sees before what the others who have decided said. Who declared a conflict of
	interest has not decided.

	`_opinion_is_shown` says the same of one document.
	"""
	opinion = frappe.qb.DocType(OPINION)
	own = frappe.qb.DocType(OPINION).as_("own_opinion")
	decided = (
		frappe.qb.from_(own)
		.select(own.review)
		.where((own.reviewer == user) & (own.docstatus == 1) & own.decision.isin(DECISIONS))
	)
	return (
		own_opinions(opinion, user)
		| (opinion.concluded == 1)
		| ((opinion.docstatus == 1) & opinion.review.isin(decided))
	)


def _opinion_is_shown(doc, ptype: str, user: str) -> bool:
	"""The rule of `_opinion_criterion` for one opinion. Another's is only read, never written."""
	if is_own_opinion(doc, user):
		return True
	if ptype not in READING:
		return False
	if doc.concluded:
		return True
	own = {"review": doc.review, "reviewer": user, "docstatus": 1, "decision": ["in", DECISIONS]}
	return doc.docstatus == 1 and bool(frappe.db.exists(OPINION, own))


def query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""`permission_query_conditions` hook of every DocType in `scope`: SQL text for Frappe's list queries."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""

	criteria = []
	if doctype != PROJECT and get_user_permissions(user):
		criteria.append(_narrowed_criterion(doctype, user))
	elif not sees_everything(user):
		criteria.append(_criterion(doctype, user))
	if doctype == OPINION:
		criteria.append(_opinion_criterion(user))
	elif CHILD_DOCTYPES.get(doctype) == OPINION:
		opinion = frappe.qb.DocType(OPINION)
		opinions = frappe.qb.from_(opinion).select(opinion.name).where(_opinion_criterion(user))
		criteria.append(frappe.qb.DocType(doctype).parent.isin(opinions))
	if not criteria:
		return ""
	return _sql(Criterion.all(criteria))


def has_permission(doc, ptype: str = "read", user: str | None = None, **kwargs) -> bool | None:
	"""`has_permission` hook of every project DocType in `scope`.

	Returns False to deny, `NO_OBJECTION` otherwise; the role permissions have the last word.
	"""
	user = user or frappe.session.user
	if user == "Administrator":
		return NO_OBJECTION
	if doc.doctype == OPINION and not doc.is_new() and not _opinion_is_shown(doc, ptype, user):
		return False
	project = doc.get(PROJECT_DOCTYPES[doc.doctype])
	# User Permissions on the project's company, territory ... narrow what lies under it, too.
	narrowed = doc.doctype != PROJECT and project and get_user_permissions(user)
	if narrowed and not frappe.has_permission(PROJECT, "read", doc=project, user=user):
		return False
	if sees_everything(user):
		return NO_OBJECTION

	if doc.doctype == PROJECT and (doc.is_new() or ptype == "create"):
		return NO_OBJECTION
	if not project:
		# A form not yet filled in. Saving needs the project, and is checked then.
		return NO_OBJECTION if doc.is_new() or ptype == "create" else False

	roles = get_project_roles(project, user)
	if not roles:
		return False
	if ptype in READING:
		return NO_OBJECTION
	if doc.doctype in WRITTEN_BY_PROJECT_WRITERS:
		return NO_OBJECTION if roles & PROJECT_WRITERS else False
	if roles <= READ_ONLY_PROJECT_ROLES and doc.doctype not in WRITTEN_BY_REVIEWERS:
		return False
	return NO_OBJECTION


def has_file_permission(doc, ptype: str = "read", user: str | None = None, **kwargs) -> bool | None:
	"""`has_permission` hook of File: an attachment is seen by whoever sees what it is attached to.

	Frappe lets the owner of a file read it for ever; this takes it from somebody who has left the team. And it
	lets everybody make a second File of the address of a first, and read the content by that; this refuses it
	for the attachments of projects. `overrides/file.py` refuses it once more, where permissions are ignored or the
	address is made good only afterwards.
	"""
	user = user or frappe.session.user
	if ptype == "create":
		# Frappe reads the content of an address into the document: later it cannot be told whose it was.
		doc.flags.brings_content = bool(doc.get("content")) and not doc.file_url
	if user == "Administrator":
		return NO_OBJECTION
	if ptype == "create" and doc.file_url:
		from presales_mgmt.overrides.file import normalised, private_path

		# In another spelling, Frappe may copy what lies there to a new address.
		path = private_path(doc) or doc.file_url
		if path.startswith("/") and not may_use_address(normalised(path), user):
			return False
	if doc.attached_to_doctype not in PROJECT_DOCTYPES or not doc.attached_to_name:
		return NO_OBJECTION
	return NO_OBJECTION if reads(doc.attached_to_doctype, doc.attached_to_name, user) else False


def may_use_address(
	address: str,
	user: str,
	file: str | None = None,
	brings_content: bool = False,
	content_hash: str | None = None,
) -> bool:
	"""Whether `user` may have a File at `address`: if an attachment of a project lies there, only who reads the
	content by another File already.

	Args:
		address: a path in its normal form.
		file: name of the File that is to get the address.
		brings_content: the user has uploaded what lies there. Of the same content Frappe keeps one copy.
		content_hash: of what Frappe has read, and perhaps copied to `address`: nobody gets such content of an attachment.

	Databases that do not tell upper from lower case find other addresses, too, and Frappe serves the one that it was
	asked for: such an address is nobody's who may not read the other. One query, and of project attachments one for
	each DocType.
	"""
	if user == "Administrator":
		return True
	found = frappe.get_all(
		"File",
		filters={"name": ["!=", file or ""]},
		or_filters={"file_url": address, **({"content_hash": content_hash} if content_hash else {})},
		fields=["file_url", "content_hash", "owner", "attached_to_doctype", "attached_to_name"],
		order_by="creation asc",
	)
	if all(other.attached_to_doctype not in PROJECT_DOCTYPES for other in found):
		return True
	names: dict[str, set[str]] = {}
	for other in found:
		if other.attached_to_doctype in PROJECT_DOCTYPES:
			names.setdefault(other.attached_to_doctype, set()).add(other.attached_to_name or "")
	visible = {doctype: _readable_names(doctype, names[doctype], user) for doctype in names}
	reads_it, same_content = brings_content, False
	for other in found:
		same = other.file_url == address or bool(content_hash and other.content_hash == content_hash)
		if other.attached_to_doctype in PROJECT_DOCTYPES:
			is_read = other.attached_to_name in visible[other.attached_to_doctype]
			if not is_read and not same:
				return False
		else:
			is_read = other.owner == user
		same_content = same_content or same
		reads_it = reads_it or (is_read and same)
	# Otherwise nothing but addresses that the database takes for this one, all of them to be read.
	return reads_it or not same_content


def _readable_names(doctype: str, names: set[str], user: str) -> set[str]:
	"""Those of `names` that `user` reads. One query."""
	if not frappe.has_permission(doctype, "read", user=user):
		return set()
	return set(
		frappe.get_list(
			doctype,
			filters={"name": ["in", sorted(names)]},
			pluck="name",
			order_by="name asc",
			limit_page_length=0,
			user=user,
		)
	)


def reads(doctype: str, name: str, user: str) -> bool:
	"""Whether `user` reads the record, which may be gone."""
	return bool(frappe.db.exists(doctype, name)) and frappe.has_permission(
		doctype, "read", doc=name, user=user
	)


def file_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""`permission_query_conditions` hook of File: attachments of what one may not see are not listed."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	file = frappe.qb.DocType("File")
	hidden = []
	for project_doctype in PROJECT_DOCTYPES:
		if not get_role_permissions(frappe.get_meta(project_doctype), user=user).get("read"):
			# Not everybody on a team has the role for everything under the project: costs are not for all.
			hidden.append(file.attached_to_doctype == project_doctype)
			continue
		criterion = _visible_names(project_doctype, user)
		if criterion is None:
			continue
		hidden.append((file.attached_to_doctype == project_doctype) & file.attached_to_name.notin(criterion))
	if not hidden:
		return ""
	# What is attached to nothing has null there, of which no comparison is true.
	attached_to_nothing = file.attached_to_doctype.isnull() | file.attached_to_name.isnull()
	return _sql(attached_to_nothing | Criterion.any(hidden).negate())


def has_workflow_action_permission(
	doc, ptype: str = "read", user: str | None = None, **kwargs
) -> bool | None:
	"""`has_permission` hook of Workflow Action: what waits for whoever has a role tells of a project, too."""
	user = user or frappe.session.user
	if user == "Administrator" or doc.reference_doctype not in PROJECT_DOCTYPES:
		return NO_OBJECTION
	return NO_OBJECTION if reads(doc.reference_doctype, doc.reference_name, user) else False


def workflow_action_query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""`permission_query_conditions` hook of Workflow Action: those of projects that one does not see are not listed.

	Frappe lists them to everybody with a role that may act, name and status of the project included.
	"""
	user = user or frappe.session.user
	names = None if user == "Administrator" else _visible_names(PROJECT, user)
	if names is None:
		return ""
	action = frappe.qb.DocType("Workflow Action")
	of_others = action.reference_doctype.isnull() | (action.reference_doctype != PROJECT)
	return _sql(of_others | action.reference_name.isin(names))


def _visible_names(doctype: str, user: str):
	"""Query for the names of the records of `doctype` that `user` sees; None when the rule hides none."""
	conditions = query_conditions(user, doctype)
	if not conditions:
		return None
	table = frappe.qb.DocType(doctype)
	return frappe.qb.from_(table).select(table.name).where(PseudoColumn(f"({conditions})"))


def _sql(criterion: Criterion) -> str:
	"""SQL text for Frappe to join into its own statement, in which every column needs its table.

	Values are escaped by the query builder.
	"""
	return criterion.get_sql(quote_char=frappe.qb.from_("x").QUOTE_CHAR, with_namespace=True, subquery=True)


def require_project_permission(project: str, ptype: str = "read") -> None:
	"""Raise `frappe.PermissionError` unless the session's user may do `ptype` on `project`."""
	frappe.has_permission(PROJECT, ptype=ptype, doc=project, throw=True)
