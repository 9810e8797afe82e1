"""What is handed over: taken from the project's records, and compared with them (R1.8, R5.12, R6.4).

A fixed number of queries, however much the project has.
"""

import frappe
from frappe import _
from frappe.utils import flt, getdate

from presales_mgmt import versioning
from presales_mgmt.gates.checkers import OPEN_RISK
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import handover as rules
from presales_mgmt.rules.costing import EQUIPMENT, INSTALLATION, LABOUR, OTHER, PURCHASE
from presales_mgmt.rules.requirement import CONFIRMED

HANDOVER = "Presales Handover"
CONTRACT = "Contract"

# Part -> where the package has it.
FIELDS = {
	"Goal": "goal",
	"Scope": "scope",
	"Sales Order": "sales_order",
	"Promises": "promises",
	"Requirements": "requirements",
	"Risks": "risks",
	"Solution": "solution",
	"Cost Estimate": "cost_estimate",
	"Contract": "contract",
	"Quotation": "quotation",
	"Contacts": "contacts",
	"Open Points": "open_points",
	"Documents": "documents",
}
# What of the project itself is handed over, or tells whom to look for.
PROJECT_FIELDS = (
	"name",
	"goal",
	"scope",
	"sales_order",
	"quotation",
	"cost_estimate",
	"party_type",
	"party",
	"customer_name",
)
LINKS = ("sales_order", "quotation", "contract", "solution", "cost_estimate")
# Table -> DocType of the records in its rows, the field that names the record, and what a row shows of it.
RECORDS = {
	"requirements": (
		"Presales Requirement",
		"requirement",
		("title", "priority", "due_date", "confirmed_on"),
	),
	"risks": ("Presales Risk", "risk", ("risk_title", "current_level", "response_plan", "risk_owner")),
	"documents": ("Presales Document", "document", ("document_type", "title", "document_version")),
}
# What has to be handed over whenever it is there. Of documents the team chooses.
COMPLETE_TABLES = ("requirements", "risks")

# Which total of the estimate is the budget of which kind.
BUDGET = {
	EQUIPMENT: "equipment_cost",
	LABOUR: "labour_cost",
	INSTALLATION: "installation_cost",
	PURCHASE: "purchase_cost",
	OTHER: "other_cost",
	"Risk Reserve": "risk_reserve",
}


def collect(project: str) -> dict:
	"""What the project has of each part: {fieldname of the handover: value, or rows}."""
	doc = frappe.db.get_value(PROJECT, project, PROJECT_FIELDS, as_dict=True)
	found = {
		"goal": doc.goal,
		"scope": doc.scope,
		"sales_order": doc.sales_order,
		"quotation": doc.quotation,
		"cost_estimate": doc.cost_estimate,
		"contract": _get_contract(project),
		"solution": frappe.db.get_value(
			"Presales Solution",
			{"presales_project": project, "docstatus": 1, "status": versioning.CURRENT},
		),
	}
	for table, filters in (
		("requirements", {"status": CONFIRMED}),
		("risks", {"status": ["in", OPEN_RISK]}),
		("documents", {"status": "Archived", "docstatus": 1}),
	):
		doctype, fieldname, shown = RECORDS[table]
		rows = frappe.get_all(
			doctype,
			filters={"presales_project": project, **filters},
			fields=["name", *shown],
			order_by="creation asc, name asc",
			limit_page_length=0,
		)
		found[table] = [{fieldname: row.pop("name"), **row} for row in rows]
	found["contacts"] = _get_contacts(doc)
	return found


def fill(name: str) -> None:
	"""Take over what the project has and the package does not. What people have written stays as it is.

	Raises `frappe.PermissionError` for those who may not write the handover.
	"""
	doc = frappe.get_doc(HANDOVER, name, for_update=True)
	doc.check_permission("write")
	take_over(doc)
	doc.save()


def take_over(doc) -> None:
	found = collect(doc.presales_project)
	for fieldname in ("goal", "scope", *LINKS):
		if not doc.get(fieldname):
			doc.set(fieldname, found[fieldname])
	for table, (_doctype, fieldname, _shown) in RECORDS.items():
		present = {row.get(fieldname) for row in doc.get(table)}
		doc.extend(table, [row for row in found[table] if row[fieldname] not in present])
	names = {row.contact_name.casefold() for row in doc.contacts if row.contact_name}
	doc.extend("contacts", [row for row in found["contacts"] if row["contact_name"].casefold() not in names])
	if not doc.expected_end_date:
		doc.update(_get_dates(doc))


def get_missing(doc) -> list[str]:
	"""What keeps the package from being offered, in the user's language, one text for each part."""
	found = collect(doc.presales_project)
	present = {part for part, fieldname in FIELDS.items() if doc.get(fieldname)}
	available = {part for part, fieldname in FIELDS.items() if found.get(fieldname)}
	omitted = {row.part for row in doc.omissions if (row.reason or "").strip()}
	missing = [_(part, context=HANDOVER) for part in rules.missing_parts(present, omitted, available)]
	for fieldname in LINKS:
		name, current = doc.get(fieldname), found[fieldname]
		if not name or name == current:
			continue
		label = _(doc.meta.get_label(fieldname), context=HANDOVER)
		if current:
			missing.append(_("{0}: found {1}, expected {2}, which is current").format(label, name, current))
		elif frappe.db.get_value(doc.meta.get_field(fieldname).options, name, "docstatus") != 1:
			missing.append(_("{0}: {1} does not stand any more").format(label, name))
	for table in COMPLETE_TABLES:
		_doctype, fieldname, _shown = RECORDS[table]
		present_rows = {row.get(fieldname) for row in doc.get(table)}
		left_out = [row[fieldname] for row in found[table] if row[fieldname] not in present_rows]
		if present_rows and left_out:
			missing.append(
				_("{0} without {1}").format(
					_(doc.meta.get_label(table), context=HANDOVER), ", ".join(left_out)
				)
			)
	if rows := rules.unsettled_reasons(doc.reasons):
		missing.append(_("answers to what was sent back (rows {0})").format(", ".join(map(str, rows))))
	return missing


def show_records(doc) -> None:
	"""Write into the rows what their records say now. One query for each table that has rows."""
	for table, (doctype, fieldname, shown) in RECORDS.items():
		names = sorted({row.get(fieldname) for row in doc.get(table) if row.get(fieldname)})
		if not names:
			continue
		records = {
			row.name: row
			for row in frappe.get_all(
				doctype,
				filters={"name": ["in", names], "presales_project": doc.presales_project},
				fields=["name", *shown],
				order_by="name asc",
				limit_page_length=0,
			)
		}
		for row in doc.get(table):
			doc.require_record(row, fieldname, row.get(fieldname) in records)
			row.update({key: records[row.get(fieldname)][key] for key in shown})


def set_budget(doc) -> None:
	"""The budget is what the estimate costs, by kind, in company currency."""
	estimate = frappe._dict()
	if doc.cost_estimate:
		estimate = frappe.db.get_value(
			"Presales Cost Estimate", doc.cost_estimate, [*BUDGET.values(), "total_cost"], as_dict=True
		)
	doc.base_budget_total = flt(estimate.total_cost)
	rows = [(kind, flt(estimate.get(field))) for kind, field in BUDGET.items() if flt(estimate.get(field))]
	if rows != [(row.cost_kind, flt(row.amount)) for row in doc.budget]:
		doc.set("budget", [{"cost_kind": kind, "amount": amount} for kind, amount in rows])


def _get_contract(project: str) -> str | None:
	"""The latest submitted contract of the project, where contracts name their project."""
	if not frappe.get_meta(CONTRACT).has_field("presales_project"):
		return None
	return frappe.db.get_value(
		CONTRACT, {"presales_project": project, "docstatus": 1}, order_by="creation desc"
	)


def _get_contacts(project) -> list[dict]:
	"""The stakeholders of the project, and the contact persons of its order and quotation.

	Telephone and e-mail of a stakeholder that are not known here are those of the customer's Contact of that name.
	"""
	stakeholders = frappe.get_all(
		"Presales Project Stakeholder",
		filters={"parenttype": PROJECT, "parent": project.name},
		fields=["stakeholder_name", "organisation", "position", "buying_role", "phone", "email"],
		order_by="idx asc",
	)
	persons = {
		row.stakeholder_name.casefold(): {
			"contact_name": row.stakeholder_name,
			"organisation": row.organisation,
			"position": row.position,
			"contact_role": _(row.buying_role, context="Presales Project Stakeholder")
			if row.buying_role
			else None,
			"phone": row.phone,
			"email": row.email,
		}
		for row in stakeholders
	}
	known = _get_known_contacts(project)
	for contact in known:
		full_name = " ".join(filter(None, (contact.first_name, contact.middle_name, contact.last_name)))
		person = persons.get(full_name.casefold())
		if not person and not contact.named:
			continue
		if not person:
			person = persons[full_name.casefold()] = {
				"contact_name": full_name,
				"organisation": project.customer_name,
			}
		person["contact"] = person.get("contact") or contact.name
		person["position"] = person.get("position") or contact.designation
		person["phone"] = person.get("phone") or contact.mobile_no or contact.phone
		person["email"] = person.get("email") or contact.email_id
	return list(persons.values())


def _get_known_contacts(project) -> list:
	"""The Contacts of the project's party and of its order's customer; `named` are those on order and quotation."""
	named, parties = set(), {(project.party_type, project.party)}
	for doctype, name in (("Sales Order", project.sales_order), ("Quotation", project.quotation)):
		if not name:
			continue
		fields = ["contact_person", "customer" if doctype == "Sales Order" else "party_name"]
		contact_person, party = frappe.db.get_value(doctype, name, fields)
		named.add(contact_person)
		if doctype == "Sales Order":
			parties.add(("Customer", party))
	# A contact hangs at customers, leads and prospects by rows of Dynamic Link.
	names = named | set(
		frappe.get_all(
			"Dynamic Link",
			filters={
				"parenttype": "Contact",
				"link_doctype": ["in", sorted({doctype for doctype, _name in parties if doctype})],
				"link_name": ["in", sorted({name for _doctype, name in parties if name})],
			},
			pluck="parent",
			order_by="parent asc",
			limit_page_length=0,
		)
	)
	contacts = frappe.get_all(
		"Contact",
		filters={"name": ["in", sorted(filter(None, names))]},
		fields=[
			"name",
			"first_name",
			"middle_name",
			"last_name",
			"designation",
			"mobile_no",
			"phone",
			"email_id",
		],
		order_by="creation asc, name asc",
		limit_page_length=0,
	)
	for contact in contacts:
		contact.named = contact.name in named
	return contacts


def _get_dates(doc) -> dict:
	"""When delivery begins and ends: by the contract, else by the order and the milestones that are to come."""
	start, end = doc.expected_start_date, None
	if doc.contract:
		begins, end = frappe.db.get_value(CONTRACT, doc.contract, ["start_date", "end_date"])
		start = start or begins
	if doc.sales_order:
		ordered_on, delivered_on = frappe.db.get_value(
			"Sales Order", doc.sales_order, ["transaction_date", "delivery_date"]
		)
		milestones = frappe.get_all(
			"Presales Project Milestone",
			filters={
				"parenttype": PROJECT,
				"parent": doc.presales_project,
				"completed_on": ["is", "not set"],
			},
			pluck="due_date",
			order_by="due_date desc",
			limit=1,
		)
		start = start or ordered_on
		end = end or max(map(getdate, filter(None, (delivered_on, *milestones))), default=None)
	if start and end and getdate(end) < getdate(start):
		end = None  # milestones of the pursuit say nothing about delivery
	return {"expected_start_date": start, "expected_end_date": end}
