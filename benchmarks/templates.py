"""One record of each kind, made by the app and by ERPNext themselves, to be multiplied with other values.

So what is inserted in bulk has the columns, defaults and computed values of this version of this site. The records
are made in a transaction that is rolled back.
"""

from dataclasses import dataclass, field

import frappe
from frappe.utils import add_days, now_datetime, today

from benchmarks.manifest import PREFIX
from benchmarks.world import (
	COMPANIES,
	COMPETITOR,
	ITEMS,
	LOST_REASON,
	PROJECT,
	acting_as,
	email,
	processes,
	territory,
)


@dataclass
class Template:
	"""The row of a record in the database, and those of its child tables."""

	doctype: str
	row: dict
	children: dict[str, list["Template"]] = field(default_factory=dict)

	@property
	def money(self) -> tuple[str, ...]:
		"""The fields whose amounts grow with the deal."""
		return tuple(
			df.fieldname
			for df in frappe.get_meta(self.doctype).fields
			if df.fieldtype == "Currency" and self.row.get(df.fieldname)
		)


def read(doctype: str, name: str) -> Template:
	"""The record as it stands in the database."""
	rows = frappe.db.sql(f"select * from `tab{doctype}` where name = %s", (name,), as_dict=True)
	template = Template(doctype, _without_empty(doctype, rows[0]))
	for df in frappe.get_meta(doctype).get_table_fields():
		children = frappe.db.sql(
			f"select * from `tab{df.options}` where parent = %s and parenttype = %s and parentfield = %s order by idx",
			(name, doctype, df.fieldname),
			as_dict=True,
		)
		if children:
			template.children[df.fieldname] = [
				Template(df.options, _without_empty(df.options, row)) for row in children
			]
	return template


def _without_empty(doctype: str, row: dict) -> dict:
	"""What would be NULL by itself need not be written."""
	meta = frappe.get_meta(doctype)
	defaults = {df.fieldname for df in meta.fields if df.default}
	return {key: value for key, value in row.items() if value is not None or key in defaults}


def take() -> dict:
	"""Kind -> `Template`; of ERPNext's documents one for each company."""
	frappe.db.rollback()
	try:
		return _make()
	finally:
		frappe.db.rollback()
		frappe.clear_document_cache("Presales Settings", "Presales Settings")
		frappe.set_user("Administrator")


def _make() -> dict:
	# Whom and what a review asks for differs from site to site; here it is one reviewer.
	frappe.db.set_single_value("Presales Settings", "reviews_follow_templates", 0)
	found = {}
	for number, (company, _abbreviation, _currency) in enumerate(COMPANIES):
		found.update(_of_erpnext(company, number))
	project = new_project()
	with acting_as(email("manager")):
		project.append("lost_reasons", {"lost_reason": LOST_REASON})
		project.insert()
	found["project"] = read(PROJECT, project.name)
	if action := frappe.db.get_value("Workflow Action", {"reference_name": project.name}):
		found["action"] = read("Workflow Action", action)
	found["initiation"] = _initiation(project.name)
	frappe.db.set_value(
		PROJECT,
		project.name,
		{"status": "Active", "approved_on": now_datetime(), "applied_on": now_datetime()},
	)
	found.update(_under(project.name))
	return found


def new(doctype: str, values: dict):
	"""An unsaved document with its defaults, as the desk and Data Import begin one."""
	doc = frappe.new_doc(doctype)
	doc.update(values)
	return doc


def new_opportunity(company: str = COMPANIES[0][0], items: int = 2, **values):
	return new(
		"Opportunity",
		{
			"opportunity_from": "Customer",
			"party_name": f"{PREFIX}Customer",
			"company": company,
			"currency": "CNY",
			"opportunity_owner": email("manager"),
			"transaction_date": today(),
			"opportunity_amount": 1_200_000,
			"items": _items(items),
			**values,
		},
	)


def new_quotation(company: str = COMPANIES[0][0], items: int = 2, row=None, **values):
	return new(
		"Quotation",
		{
			"quotation_to": "Customer",
			"party_name": f"{PREFIX}Customer",
			"company": company,
			"currency": "CNY",
			"order_type": "Sales",
			"transaction_date": today(),
			"valid_till": add_days(today(), 90),
			"items": _items(items, **(row or {})),
			**values,
		},
	)


def new_order(company: str = COMPANIES[0][0], items: int = 2, rows=None, **values):
	made = _items(items)
	for row, more in zip(made, rows or [], strict=False):
		row.update(more)
	return new(
		"Sales Order",
		{
			"customer": f"{PREFIX}Customer",
			"company": company,
			"currency": "CNY",
			"order_type": "Sales",
			"transaction_date": today(),
			"delivery_date": add_days(today(), 120),
			"items": made,
			**values,
		},
	)


def _items(count: int, **values) -> list[dict]:
	return [
		{"item_code": ITEMS[number], "qty": 10, "rate": 60_000 / (number + 1), "uom": "Nos", **values}
		for number in range(count)
	]


def _of_erpnext(company: str, number: int) -> dict:
	found = {}
	with acting_as(email("manager")):
		opportunity = new_opportunity(company).insert()
		# Each as it is before the next one changes it.
		found["opportunity", number] = read("Opportunity", opportunity.name)
		quotation = new_quotation(
			company,
			opportunity=opportunity.name,
			row={"prevdoc_doctype": "Opportunity", "prevdoc_docname": opportunity.name},
		).insert()
		quotation.submit()
		found["quotation", number] = read("Quotation", quotation.name)
		order = new_order(
			company,
			rows=[{"prevdoc_docname": quotation.name, "quotation_item": row.name} for row in quotation.items],
		).insert()
		order.submit()
		found["order", number] = read("Sales Order", order.name)
	return found


def new_project(**values):
	"""An unsaved project as a manager enters it."""
	return new(
		PROJECT,
		{
			"project_title": "City parking guidance",
			"company": COMPANIES[0][0],
			"party_type": "Customer",
			"party": f"{PREFIX}Customer",
			"territory": territory(),
			"presales_process": processes()[0],
			"currency": "CNY",
			"conversion_rate": 1,
			"expected_amount": 1_200_000,
			"start_date": today(),
			"expected_close_date": add_days(today(), 120),
			"source_channel": "Exhibition",
			"director": email("director"),
			"manager": email("manager"),
			"goal": "Win the city as a reference",
			"scope": "Sensors, signs and the control centre",
			"team": [
				{"user": email("engineer", 0), "project_role": "Engineer", "active": 1},
				{"user": email("engineer", 1), "project_role": "Engineer", "active": 1},
				{"user": email("archivist"), "project_role": "Document Controller", "active": 1},
			],
			"supervisors": [{"user": email("supervisor"), "project_role": "Company Supervisor", "active": 1}],
			"competitors": [{"competitor": COMPETITOR}],
			"stakeholders": [{"stakeholder_name": "Head of the traffic office"}],
			"milestones": [{"milestone": "Offer", "due_date": add_days(today(), 60)}],
			**values,
		},
	)


def _initiation(project: str) -> Template:
	"""The application for a project that is a draft, submitted and decided on."""
	with acting_as(email("director")):
		doc = new(
			"Presales Initiation",
			{
				"presales_project": project,
				"prospect_analysis": "<p>The city plans guidance for its car parks.</p>",
				"market_value": "High",
				"authenticity": "Confirmed",
				"feasibility": "High",
				"technical_difficulty": "Medium",
				"competition": "Strong",
				"win_chance": 40,
				"strengths": "Two reference cities",
				"weaknesses": "No branch office in the province",
				"opportunities": "Three neighbouring cities watch the project",
				"threats": "A competitor works for the city already",
				"expected_cost": 800_000,
				"cost_of_sale": 100_000,
				"monthly_net_inflow": 75_000,
				"person_months": 12,
			},
		).insert()
		for row in doc.classification:
			row.answer = "No"
		doc.submit()
	doc.decide("Approved")
	return read(doc.doctype, doc.name)


def _under(project: str) -> dict:
	"""What hangs under a project, made as the person whose task it is."""
	common = {"presales_project": project}
	found = {}

	def make(kind: str, doctype: str, person: str, /, submit: bool = False, **values):
		with acting_as(person if person == "Administrator" else email(person)):
			doc = frappe.get_doc({"doctype": doctype, **common, **values})
			# Moves and ticks are written by the engine and the API alone.
			doc.insert(ignore_permissions=kind in ("log", "tick"))
			if submit:
				doc.submit()
		found[kind] = read(doctype, doc.name)
		return doc

	user = email("manager")
	# What has happened was yesterday: in the first hours of a day nothing has happened yet.
	yesterday = add_days(today(), -1)
	first_stage = frappe.get_all("Presales Stage", pluck="name", order_by="name asc", limit=1)[0]
	make(
		"risk",
		"Presales Risk",
		"manager",
		risk_title="The control centre is late",
		category="Schedule",
		status="Open",
		risk_owner=user,
		due_date=add_days(today(), 30),
		cause="One supplier only",
		event="The centre is delivered late",
		consequence="Penalty",
		probability=2,
		impact=3,
		response_strategy="Reduce",
		response_plan="Order early",
		impact_amount=50_000,
	)
	make(
		"activity",
		"Presales Activity",
		"manager",
		activity_type="Visit",
		subject="At the city administration",
		status="Completed",
		starts_on=f"{yesterday} 09:30:00",
		ends_on=f"{yesterday} 11:00:00",
		responsible=user,
		minutes="<p>What was said.</p>",
	)
	make(
		"meeting",
		"Presales Analysis Meeting",
		"director",
		submit=True,
		meeting_type="Periodic",
		subject="Where we stand",
		chair=email("director"),
		starts_on=f"{yesterday} 14:00:00",
		ends_on=f"{yesterday} 15:00:00",
		attendees=[{"user": email("director"), "attended": 1}, {"user": user, "attended": 1}],
		minutes="<p>What was decided.</p>",
	)
	make(
		"document",
		"Presales Document",
		"archivist",
		submit=True,
		document_type=frappe.get_all("Presales Document Type", pluck="name", order_by="name asc", limit=1)[0],
		title="What was written",
		responsible=user,
		content="<p>What was found.</p>",
	)
	review = make(
		"review",
		"Presales Review",
		"manager",
		submit=True,
		review_kind="Contract",
		subject="Review of the project",
		due_date=add_days(today(), 7),
		reviewers=[{"reviewer": email("engineer", 0), "required": 1}],
	)
	opinion = frappe.get_doc(
		"Presales Review Opinion", {"review": review.name, "reviewer": email("engineer", 0)}
	)
	found["open_review"] = found.pop("review")
	found["open_opinion"] = read(opinion.doctype, opinion.name)
	with acting_as(email("engineer", 0)):
		opinion.update({"decision": "Approve with Conditions", "conflict_of_interest": "None", "score": 80})
		opinion.append("rectifications", {"item": "Deliver the missing drawings"})
		opinion.submit()
	found["review"] = read("Presales Review", review.name)
	found["opinion"] = read(opinion.doctype, opinion.name)
	found["rectification"] = read(
		"Presales Rectification", frappe.db.get_value("Presales Rectification", {"review": review.name})
	)
	make(
		"guidance",
		"Presales Guidance Note",
		"supervisor",
		subject="Decision makers",
		guidance="<p>Find out who decides on the budget.</p>",
		answer_due=add_days(today(), 7),
		key_points=[{"key_point": "Talk with the finance office", "state": "Watching"}],
	)
	make(
		"log",
		"Presales Stage Log",
		"manager",
		to_stage=first_stage,
		move_type="Forward",
		moved_by=user,
		moved_on=now_datetime(),
		days_in_stage=12.5,
		gate_findings="[]",
	)
	make(
		"tick",
		"Presales Checklist Entry",
		"engineer",
		requirement_code="benchmark",
		stage=first_stage,
		title="What was ticked",
		done_by=email("engineer", 0),
		done_on=now_datetime(),
	)
	make(
		"requirement",
		"Presales Requirement",
		"engineer",
		title="Signs that can be read in the sun",
		kind="Device",
		priority="Must Have",
		source="Customer Visit",
		device="Sign",
		wanted_function="Shows the free spaces",
		place="At the entrance",
		quantity=40,
	)
	make(
		"solution",
		"Presales Solution",
		"engineer",
		submit=True,
		title="Sensors and signs",
		approach="<p>A sensor for each space.</p>",
		feasibility="Feasible",
		feasibility_notes="Built twice before",
		technical_part="<p>Sensors, signs and the control centre.</p>",
		commercial_part="<p>Paid on acceptance.</p>",
		implementation_part="<p>Car park by car park.</p>",
		equipment=[{"item_code": ITEMS[0], "qty": 600}, {"description": "Pole of 4 m", "qty": 40}],
		quality_checks=[
			{
				"checkpoint": "Sensors count right",
				"standard": "99 of 100 cars",
				"responsible": user,
				"due_date": add_days(today(), 60),
			}
		],
	)
	make(
		"estimate",
		"Presales Cost Estimate",
		"Administrator",  # finance submits it, and the benchmark has nobody there
		submit=True,
		lines=[
			{
				"cost_kind": "Equipment",
				"item_code": ITEMS[0],
				"qty": 40,
				"unit_cost": 10_000,
				"selling_price": 20_000,
			},
			{
				"cost_kind": "Installation",
				"description": "Cabling",
				"qty": 1,
				"unit_cost": 400_000,
				"selling_price": 400_000,
			},
		],
	)
	make(
		"bid",
		"Presales Bid",
		"manager",
		tender_title="Parking guidance for forty car parks",
		tender_number="T-2026-017",
		bid_kind="Open",
		evaluation_method="Comprehensive Score",
		technical_weight=50,
		commercial_weight=20,
		price_weight=30,
		bid_price=1_200_000,
		submission_deadline=add_days(now_datetime(), 10),
		opening=add_days(now_datetime(), 11),
	)
	make(
		"round",
		"Presales Negotiation Round",
		"manager",
		outcome="Agreed",
		held_on=yesterday,
		responsible=user,
		held_with="The city's purchasing",
		customer_position="<p>Five percent less.</p>",
		our_position="<p>The same price, a year of service more.</p>",
		agreed="<p>A year of service more.</p>",
	)
	cost = frappe.get_doc(
		{
			"doctype": "Presales Cost Entry",
			**common,
			"company": COMPANIES[0][0],
			"posting_date": yesterday,
			"kind": "Labour",
			"currency": "CNY",
		}
	)
	# Nobody writes it by hand: the app itself goes past its controller.
	cost.db_insert()
	found["cost"] = read(cost.doctype, cost.name)
	return found
