"""The ERPNext Project that carries a deal on after its handover is accepted (R1.8, R6.3, R5.13).

It is made as ERPNext's own button on the sales order makes it, tasks of the template included, and with the rights
of whoever accepts. One that is there already, for the order or from an earlier handover, is taken.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, get_link_to_form

from presales_mgmt.exceptions import HandoverError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.permissions.visibility import MEMBER
from presales_mgmt.rules import handover as rules

HANDOVER = "Presales Handover"
ERPNEXT_PROJECT = "Project"
ORDER = "Sales Order"
MEETING = "Presales Analysis Meeting"
CANCELLED = "Cancelled"
# They read along, and deliver nothing.
NO_PROJECT_USERS = ("Reviewer",)


def make_or_take(handover) -> str:
	"""The ERPNext Project of a handover, made now or taken over. Returns its name.

	Raises:
		frappe.PermissionError: the user may not make, or change, the ERPNext project.
		HandoverError: it cannot be made, with ERPNext's reason.
	"""
	orders = _standing_orders(handover.presales_project)
	try:
		present = _find(handover, orders)
		project = _take(handover, present, orders) if present else _make(handover)
	except frappe.PermissionError as error:
		frappe.clear_last_message()
		frappe.throw(
			_("{0} may not make or change the ERPNext project of {1}: {2}").format(
				frappe.session.user,
				handover.name,
				str(error) or _("no permission for {0}").format(_("Project")),
			),
			exc=frappe.PermissionError,
		)
	except HandoverError:
		raise
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		frappe.throw(
			_("The ERPNext project of {0} cannot be made: {1}").format(
				handover.name, str(error) or type(error).__name__
			),
			exc=HandoverError,
		)
	link_orders(project, [order.name for order in orders])
	return project


def is_running(name: str | None) -> bool:
	"""Whether the ERPNext project is there and not cancelled."""
	return bool(name) and frappe.db.get_value(ERPNEXT_PROJECT, name, "status") not in (None, CANCELLED)


def link_orders(project: str | None, orders: list[str]) -> None:
	"""Let the sales orders that have no ERPNext project name this one, and it one that stands.

	As ERPNext does it when a project is made: the orders are submitted, and the order desk need not do it.
	"""
	if not project or not orders:
		return
	for order in frappe.get_all(
		ORDER,
		filters={"name": ["in", orders], "project": ["is", "not set"]},
		pluck="name",
		order_by="name asc",
	):
		frappe.db.set_value(ORDER, order, "project", project)
	if frappe.db.get_value(ERPNEXT_PROJECT, project, "sales_order") not in orders:
		frappe.db.set_value(ERPNEXT_PROJECT, project, "sales_order", orders[0])


@frappe.whitelist()
def make_kickoff_meeting(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""An unsaved Presales Analysis Meeting of type Kickoff for the handover `source_name`, for the form to open (R5.13).

	Those on the team are invited; what is to be understood by all is the agenda.

	Raises `frappe.PermissionError` without the right to read the handover and to make a meeting of its project.
	"""
	handover = frappe.get_doc(HANDOVER, source_name)
	handover.check_permission("read")
	meeting = frappe.new_doc(MEETING)
	meeting.update(
		{
			"presales_project": handover.presales_project,
			"meeting_type": "Kickoff",
			"subject": _("Kickoff: {0}").format(handover.project_title)[:140],
			"chair": handover.delivery_manager,
			"agenda": frappe.render_template(
				"presales_mgmt/templates/kickoff_agenda.html", {"handover": handover}
			),
		}
	)
	frappe.has_permission(MEETING, "create", doc=meeting, throw=True)
	names = {}
	for row in _members(handover.presales_project):
		names.setdefault(row.user, row.full_name)
	for user, full_name in names.items():
		meeting.append("attendees", {"user": user, "attendee_name": full_name})
	return meeting


# ------------------------------------------------------------------------------------------- the project


def _standing_orders(project: str) -> list:
	return frappe.get_all(
		ORDER,
		filters={"presales_project": project, "docstatus": 1},
		fields=["name", "project", "customer", "company", "base_grand_total"],
		order_by="transaction_date asc, name asc",
	)


def _find(handover, orders: list) -> str | None:
	"""The project that the deal has already: from an earlier handover, or made from one of its orders."""
	filters = {"company": handover.company, "status": ["!=", CANCELLED]}
	for more in (
		{"presales_project": handover.presales_project},
		{"name": ["in", [order.project for order in orders if order.project]]},
		{"sales_order": ["in", [order.name for order in orders]]},
	):
		found = frappe.get_all(
			ERPNEXT_PROJECT,
			filters={**filters, **more},
			pluck="name",
			order_by="creation asc",
			limit=1,
		)
		if found:
			return found[0]
	return None


def _make(handover) -> str:
	title = handover.project_title
	name = rules.project_name(title, handover.presales_project, False)
	taken = frappe.db.exists(ERPNEXT_PROJECT, {"project_name": name})
	order = frappe.db.get_value(ORDER, handover.sales_order, ["customer", "cost_center"], as_dict=True)
	doc = frappe.new_doc(ERPNEXT_PROJECT)
	doc.update(
		{
			"project_name": rules.project_name(title, handover.presales_project, bool(taken)),
			"project_template": handover.project_template,
			"company": handover.company,
			"customer": order.customer,
			"sales_order": handover.sales_order,
			"cost_center": order.cost_center,
			"expected_start_date": handover.expected_start_date,
			"expected_end_date": handover.expected_end_date,
			"estimated_costing": handover.base_budget_total,
			"presales_project": handover.presales_project,
		}
	)
	_add_users(doc, handover.presales_project)
	doc.flags.by_handover = True
	return doc.insert().name


def _take(handover, name: str, orders: list) -> str:
	doc = frappe.get_doc(ERPNEXT_PROJECT, name, for_update=True)
	if doc.get("presales_project") and doc.presales_project != handover.presales_project:
		frappe.throw(
			_("ERPNext project {0} belongs to presales project {1}, and cannot be that of {2}.").format(
				get_link_to_form(ERPNEXT_PROJECT, name), doc.presales_project, handover.presales_project
			),
			exc=HandoverError,
		)
	doc.presales_project = handover.presales_project
	for fieldname in ("expected_start_date", "expected_end_date"):
		doc.set(fieldname, doc.get(fieldname) or handover.get(fieldname))
	# ERPNext's button writes what the order brings where it is asked what the project costs.
	written_by_button = {flt(order.base_grand_total, 2) for order in orders}
	if not doc.estimated_costing or flt(doc.estimated_costing, 2) in written_by_button:
		doc.estimated_costing = handover.base_budget_total
	_add_users(doc, handover.presales_project)
	doc.flags.by_handover = True
	return doc.save().name


def _add_users(doc, project: str) -> None:
	present = {row.user for row in doc.users}
	for row in _members(project):
		if row.user not in present and row.project_role not in NO_PROJECT_USERS:
			# ERPNext writes to those who are new in a project; the desk has told them already.
			doc.append("users", {"user": row.user, "welcome_email_sent": 1})
			present.add(row.user)


def _members(project: str) -> list:
	"""The active team, supervisors not among it."""
	return frappe.get_all(
		MEMBER,
		filters={"parenttype": PROJECT, "parentfield": "team", "parent": project, "active": 1},
		fields=["user", "full_name", "project_role"],
		order_by="idx asc",
	)
