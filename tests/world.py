"""People, master data and steps that the tests share. Steps are done as the person whose duty they are."""

from contextlib import contextmanager

DOMAIN = "presales-test.example.com"
COMPANY = "Presales Test Ltd"
OTHER_COMPANY = "Presales Other Ltd"

# person -> roles. ERPNext's own roles are those that such a person has in practice.
PEOPLE = {
	"director": ("Presales Director", "Sales Manager", "Sales User"),
	"manager": ("Presales Manager", "Sales User"),
	"planner": ("Presales Planning Manager",),
	"engineer": ("Presales Engineer",),
	"finance": ("Presales Finance Reviewer", "Accounts User"),
	"finance2": ("Presales Finance Reviewer",),
	"legal": ("Presales Legal Reviewer",),
	"archivist": ("Presales Document Controller",),
	"supervisor": ("Presales Supervisor",),
	"leader": ("Presales Leader",),
	"expert": ("Presales Engineer",),
	"expert2": ("Presales Engineer",),
	"researcher": ("Presales Engineer",),
	"other_director": ("Presales Director",),
	"other_manager": ("Presales Manager", "Sales User"),
	"clerk": ("Sales User", "Sales Manager"),
	"delivery": ("Presales Delivery Manager", "Projects User"),
	"delivery2": ("Presales Delivery Manager", "Projects User"),
}

# A complete application for initiation; the classification is answered by `make_application`.
APPLICATION = {
	"prospect_analysis": "<p>The city plans guidance for its forty car parks.</p>",
	"goal": "Win the city as a reference",
	"scope": "Sensors, signs and the control centre",
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
	"expected_revenue": 1_200_000,
	"expected_cost": 800_000,
	"cost_of_sale": 100_000,
	"monthly_net_inflow": 75_000,
	"person_months": 12,
}

# A complete solution, but for the equipment, which names an item.
SOLUTION = {
	"title": "Guidance with ultrasonic sensors",
	"approach": "<p>A sensor above each space, signs at each crossing.</p>",
	"feasibility": "Feasible",
	"feasibility_notes": "Built in two cities before",
	"technical_part": "<p>600 sensors, 40 signs, one control centre.</p>",
	"commercial_part": "<p>Paid in three parts; guarantee of two years.</p>",
	"implementation_part": "<p>Car park by car park, at night, in twenty weeks.</p>",
	"resources": [
		{"resource_kind": "People", "role": "Installation engineer", "quantity": 4, "unit": "Persons"},
	],
}

# Whom the shipped review templates ask for, and which document they have reviewed.
PARTICIPANTS = {
	"Initiation": ("leader", "finance", "expert"),
	"Cost": ("finance",),
	"Legal": ("legal",),
	"Solution": ("expert", "expert2"),
	"Bid": ("expert", "expert2"),
}
QUORUM = {"Initiation": 3, "Solution": 2, "Bid": 2}
REVIEWED = {"Solution": "Solution", "Bid": "Bid Document"}


def email(person: str) -> str:
	return f"{person}@{DOMAIN}"


class World:
	"""Makes and drives what the tests are about. `frappe` is imported late: the site has to be there first."""

	customer = "Presales Test City"
	item = "PRESALES-TEST-ITEM"
	competitor = "Presales Test Competitor"
	company = COMPANY
	other_company = OTHER_COMPANY
	lost_reason = "Presales Test Price Too High"

	def make(self) -> None:
		import frappe

		for person, roles in PEOPLE.items():
			self.make_user(person, *roles)
		# ERPNext keeps the rates of labour in the currency of the site.
		frappe.db.set_default("currency", "CNY")
		for company, abbreviation in ((COMPANY, "PTL"), (OTHER_COMPANY, "POL")):
			self.insert(
				"Company",
				company_name=company,
				abbr=abbreviation,
				default_currency="CNY",
				country="China",
				create_chart_of_accounts_based_on="Standard Template",
				chart_of_accounts="Standard",
			)
		self.territory = self.root_of("Territory")
		self.insert(
			"Customer",
			customer_name=self.customer,
			customer_type="Company",
			customer_group=self.leaf_of("Customer Group"),
			territory=self.territory,
		)
		self.insert(
			"Item",
			item_code=self.item,
			item_name="Parking guidance sensor",
			item_group=self.leaf_of("Item Group"),
			stock_uom="Nos",
			is_stock_item=0,
		)
		self.insert("Competitor", competitor_name=self.competitor)
		self.insert("Opportunity Lost Reason", lost_reason=self.lost_reason)
		self.insert("Quotation Lost Reason", order_lost_reason=self.lost_reason)
		settings = frappe.get_doc("Presales Settings")
		settings.default_process = "Nine-Stage Presales"
		settings.save()

	@staticmethod
	def insert(doctype: str, **values):
		import frappe

		return frappe.get_doc({"doctype": doctype, **values}).insert()

	@staticmethod
	def root_of(doctype: str) -> str:
		import frappe

		return frappe.get_all(doctype, filters={"is_group": 1}, pluck="name", order_by="lft asc", limit=1)[0]

	@staticmethod
	def leaf_of(doctype: str) -> str:
		import frappe

		return frappe.get_all(doctype, filters={"is_group": 0}, pluck="name", order_by="name asc", limit=1)[0]

	def make_user(self, person: str, *roles: str) -> str:
		user = self.insert(
			"User",
			email=email(person),
			first_name=person.replace("_", " ").title(),
			send_welcome_email=0,
			user_type="System User",
			roles=[{"role": role} for role in roles],
		)
		return user.name

	@contextmanager
	def acting_as(self, person: str):
		"""Do what follows as a person of `PEOPLE`, or as a user by e-mail address or name."""
		import frappe

		before = frappe.session.user
		frappe.set_user(email(person) if person in PEOPLE else person)
		try:
			yield frappe.session.user
		finally:
			frappe.set_user(before)

	# ------------------------------------------------------------------------------- the deal

	def make_opportunity(self, person: str = "manager", **values):
		with self.acting_as(person) as user:
			return self.insert(
				"Opportunity",
				**{
					"opportunity_from": "Customer",
					"party_name": self.customer,
					"company": self.company,
					"currency": "CNY",
					"opportunity_owner": user,
					"transaction_date": "2026-03-02",
					"opportunity_amount": 1_200_000,
					"items": [{"item_code": self.item, "qty": 600, "rate": 2000, "uom": "Nos"}],
					**values,
				},
			)

	def make_project(self, person: str = "manager", opportunity: str | None = None, **values):
		"""A draft project with director, manager, planner, engineer, archivist and a supervisor."""
		with self.acting_as(person):
			return self.insert(
				"Presales Project",
				**{
					"project_title": "City parking guidance",
					"company": self.company,
					"opportunity": opportunity,
					"party_type": "Customer",
					"party": self.customer,
					"presales_process": "Nine-Stage Presales",
					"currency": "CNY",
					"conversion_rate": 1,
					"expected_amount": 1_200_000,
					"start_date": "2026-03-02",
					"source_channel": "Exhibition",
					"director": email("director"),
					"manager": email("manager"),
					"team": [
						{"user": email("planner"), "project_role": "Planning Manager", "active": 1},
						{"user": email("engineer"), "project_role": "Engineer", "active": 1},
						{"user": email("archivist"), "project_role": "Document Controller", "active": 1},
					],
					"supervisors": [
						{"user": email("supervisor"), "project_role": "Company Supervisor", "active": 1},
					],
					**values,
				},
			)

	def apply(self, person: str, doc, action: str):
		"""A workflow action, as the desk does it. Returns the document as it is afterwards."""
		from frappe.model.workflow import apply_workflow

		with self.acting_as(person):
			apply_workflow(doc.as_json(), action)
		doc.reload()
		return doc

	def make_application(self, project, person=None, answers=(), **values):
		"""A complete draft application for the initiation of `project`: a regular project of 12 person-months.

		Drafted by the director of the project unless said otherwise. `answers` names the classification criteria that are answered with Yes.
		"""
		import frappe

		with self.acting_as(person or project.director):
			application = frappe.new_doc("Presales Initiation")
			application.update({"presales_project": project.name, **APPLICATION, **values})
			application.insert()
			if "classification" not in values:
				for row in application.classification:
					row.answer = "Yes" if row.criterion in answers else "No"
				application.save()
		return application

	def apply_for_initiation(self, project, person="director", **values):
		"""Draft a complete application and submit the project for initiation. Returns the application."""
		application = self.make_application(project, **values)
		self.apply(person, project, "Submit for Initiation")
		application.reload()
		return application

	def review_initiation(self, project, requester="director", **values):
		"""The initiation review by a leader, finance and research; a strategy is advised or set by the leader."""
		review = self.review(
			project,
			"Initiation",
			requester=requester,
			reviewers=("leader", "finance", "researcher"),
			**values,
		)
		project.reload()
		if not review.strategy_advice and not project.strategy:
			self.set_strategy(project)
		return review

	def set_strategy(self, project, strategy="Compete", person="leader"):
		with self.acting_as(person):
			project.reload()
			project.strategy = strategy
			project.save()

	def make_active_project(self, application=None, **values):
		"""A project in the first stage: applied for by the director, reviewed, approved by a leader.

		`application` has values of its application for initiation.
		"""
		project = self.make_project(**values)
		self.apply_for_initiation(project, **(application or {}))
		self.review_initiation(project)
		return self.apply("leader", project, "Approve Initiation")

	def review(self, project, kind: str, requester="manager", reviewers=(), decision="Approve", score=80):
		"""A review of `kind` that the reviewers have decided, all alike. Returns the concluded review."""
		review = self.request_review(project, kind, requester, reviewers)
		for row in review.reviewers:
			self.give_opinion(row.reviewer, review, decision, score)
		review.reload()
		return review

	def request_review(self, project, kind: str, requester="manager", reviewers=(), **values):
		"""A submitted review. Whom and what the shipped template of the kind asks for is added."""
		if kind in REVIEWED and "reviewed_document" not in values:
			values.update(
				reviewed_doctype="Presales Document",
				reviewed_document=self.latest_document(project, REVIEWED[kind]),
			)
		review = self.draft_review(
			project, kind, requester, self.with_participants(kind, reviewers), **values
		)
		with self.acting_as(requester):
			review.submit()
		return review

	def review_record(self, project, kind: str, record):
		"""A concluded review of any record of the project."""
		review = self.request_review(
			project, kind, reviewed_doctype=record.doctype, reviewed_document=record.name
		)
		for row in review.reviewers:
			self.give_opinion(row.reviewer, review)
		review.reload()
		return review

	def draft_review(self, project, kind: str, requester="manager", reviewers=("expert",), **values):
		with self.acting_as(requester):
			return self.insert(
				"Presales Review",
				**{
					"presales_project": project.name,
					"review_kind": kind,
					"subject": f"{kind} of {project.name}",
					"reviewers": [{"reviewer": email(person), "required": 1} for person in reviewers],
					**values,
				},
			)

	@staticmethod
	def with_participants(kind: str, people) -> list[str]:
		"""`people`, and who else is needed for a review of `kind` by the shipped template."""
		people = list(people)
		for person in PARTICIPANTS.get(kind, ("expert",)):
			roles = {role for present in people for role in PEOPLE.get(present, ())}
			missing = kind in PARTICIPANTS and kind not in REVIEWED and PEOPLE[person][0] not in roles
			if person not in people and (missing or len(people) < QUORUM.get(kind, 1)):
				people.append(person)
		return people

	def latest_document(self, project, document_type: str) -> str:
		"""The last archived document of a type; filed now when there is none."""
		import frappe

		found = frappe.get_all(
			"Presales Document",
			filters={
				"presales_project": project.name,
				"document_type": document_type,
				"status": "Archived",
				"docstatus": 1,
			},
			pluck="name",
			order_by="creation desc, name desc",
			limit=1,
		)
		return found[0] if found else self.archive(project, document_type).name

	def give_opinion(self, person: str, review, decision="Approve", score=80, **values):
		import frappe

		with self.acting_as(person) as user:
			name = frappe.get_list(
				"Presales Review Opinion", filters={"review": review.name, "reviewer": user}, pluck="name"
			)[0]
			opinion = frappe.get_doc("Presales Review Opinion", name)
			opinion.update({"decision": decision, "conflict_of_interest": "None"})
			if review.review_kind == "Initiation":
				opinion.strategy_advice = "Compete"
				if decision == "Reject":
					opinion.rejection_ground = "Not Feasible"
			if decision == "Approve with Conditions" and "rectifications" not in values:
				opinion.append("rectifications", {"item": "Deliver the missing drawings"})
			for row in opinion.scores:
				row.score = score
			opinion.score = score
			opinion.update(values)
			opinion.submit()
		return opinion

	def declare_conflict(self, person: str, review, details="The customer is a relative"):
		"""The opinion of somebody who takes no part in deciding."""
		return self.give_opinion(
			person, review, decision=None, conflict_of_interest="Declared", conflict_details=details
		)

	def archive(self, project, document_type: str, author="manager", **values):
		with self.acting_as(author) as user:
			document = self.insert(
				"Presales Document",
				**{
					"presales_project": project.name,
					"document_type": document_type,
					"title": f"{document_type} of {project.name}",
					"responsible": user,
					"content": "<p>What was found.</p>",
					**values,
				},
			)
		with self.acting_as("archivist"):
			document.submit()
		return document

	def record_activity(self, project, activity_type: str, person="manager", **values):
		with self.acting_as(person) as user:
			return self.insert(
				"Presales Activity",
				**{
					"presales_project": project.name,
					"activity_type": activity_type,
					"subject": f"{activity_type} at the city administration",
					"status": "Completed",
					"starts_on": "2026-03-05 09:30:00",
					"ends_on": "2026-03-05 11:00:00",
					"responsible": user,
					**values,
				},
			)

	def hold_meeting(self, project, meeting_type: str, person="director", **values):
		with self.acting_as(person) as user:
			meeting = self.insert(
				"Presales Analysis Meeting",
				**{
					"presales_project": project.name,
					"meeting_type": meeting_type,
					"subject": f"{meeting_type} meeting",
					"chair": user,
					"starts_on": "2026-03-20 14:00:00",
					"ends_on": "2026-03-20 15:00:00",
					"attendees": [{"user": user, "attended": 1}],
					"minutes": "<p>Goal and requirements are understood.</p>",
					**values,
				},
			)
			meeting.submit()
		return meeting

	def move(self, project, stage: str, person="manager", **arguments):
		"""Move the stage as the desk does, by the whitelisted method."""
		from presales_mgmt.api import move_to_stage

		with self.acting_as(person):
			result = move_to_stage(project.name, stage, **arguments)
		project.reload()
		return result

	def satisfy(self, project, stage: str) -> None:
		"""Do what the gate of `stage` of the shipped nine-stage process asks for."""
		getattr(self, "_satisfy_" + stage.lower().replace(" ", "_"))(project)

	def _satisfy_opportunity_capture(self, project):
		self.record_activity(project, "Visit")
		self.archive(project, "Research Report")

	def _satisfy_opportunity_assessment(self, project):
		with self.acting_as("manager"):
			project.append("competitors", {"competitor": self.competitor})
			project.save()
		self.archive(project, "Feasibility Study")
		self.review(project, "Bid Decision")

	def _satisfy_solution_design(self, project):
		from presales_mgmt.api import get_gate_status, tick_checklist

		with self.acting_as("engineer"):
			for finding in get_gate_status(project.name)["findings"]:
				if finding["kind"] == "Checklist":
					tick_checklist(project.name, finding["code"])
		self.archive(project, "Solution", author="engineer")

	def _satisfy_solution_review(self, project):
		self.review(project, "Solution", requester="engineer")

	def _satisfy_bid_preparation(self, project):
		self.archive(project, "Bid Document")
		self.review(project, "Cost")
		if not self._bid_of(project):
			self.make_bid(project)

	def _satisfy_bid_review(self, project):
		self.review(project, "Bid")

	def _satisfy_contract_negotiation(self, project):
		self.hand_in_bid(project)
		self.submit_quotation(project)
		self.negotiate(project, outcome="Agreed")
		self.review(project, "Contract")
		self.review(project, "Legal")

	def _satisfy_contract_signing(self, project):
		self.archive(project, "Contract")
		self.submit_order(project)

	def _satisfy_project_kickoff(self, project):
		self.hold_meeting(project, "Kickoff")
		self.hold_meeting(project, "Summary")
		self.archive(project, "Project Summary")

	def hand_in_bid(self, project, person="manager") -> None:
		"""Submit the bid that is being prepared, if there is one."""
		from presales_mgmt.api import submit_bid

		if bid := self._bid_of(project, status="Preparing"):
			self.fill_envelope(bid, person)
			with self.acting_as(person):
				submit_bid(bid.name)

	@staticmethod
	def _bid_of(project, **filters):
		import frappe

		name = frappe.db.get_value("Presales Bid", {"presales_project": project.name, **filters})
		return frappe.get_doc("Presales Bid", name) if name else None

	def advance_to(self, project, stage: str) -> None:
		"""Satisfy and pass every gate from the project's stage up to `stage`."""
		from presales_mgmt.gates.definitions import load_process

		process = load_process(project.process_version)
		position = process.position(project.stage)
		for current, following in zip(
			process.stages[position:],
			process.stages[position + 1 : process.position(stage) + 1],
			strict=False,
		):
			self.satisfy(project, current.name)
			self.move(project, following.name)

	def make_quotation(self, project, person="manager", rate=2000.0, **values):
		with self.acting_as(person):
			return self.insert(
				"Quotation",
				**{
					"quotation_to": "Customer",
					"party_name": self.customer,
					"company": project.company,
					"currency": "CNY",
					"order_type": "Sales",
					"transaction_date": "2026-04-20",
					"valid_till": "2026-12-31",
					"presales_project": project.name,
					"items": [{"item_code": self.item, "qty": 600, "rate": rate, "uom": "Nos"}],
					**values,
				},
			)

	def other_customer(self, name: str) -> str:
		"""Another customer that bids for the same opportunity."""
		return self.insert(
			"Customer",
			customer_name=name,
			customer_type="Company",
			customer_group=self.leaf_of("Customer Group"),
			territory=self.territory,
		).name

	def submit_quotation(self, project, person="manager", **values):
		quotation = self.make_quotation(project, person, **values)
		with self.acting_as(person):
			quotation.submit()
		return quotation

	def ask_for_price(self, project, person="manager"):
		"""A request to approve the price of a draft quotation, of which no role may give any discount."""
		import frappe

		from presales_mgmt.api import request_price_approval

		settings = frappe.get_doc("Presales Settings")
		settings.append("price_authorities", {"role": "Presales Leader", "max_discount_percent": 50})
		settings.save()
		quotation = self.make_quotation(
			project, person, apply_discount_on="Net Total", additional_discount_percentage=10
		)
		with self.acting_as(person):
			name = request_price_approval("Quotation", quotation.name, "The customer asked for it")
		return frappe.get_doc("Presales Price Approval", name)

	def negotiate(self, project, person="manager", **values):
		"""A round of negotiation about the price."""
		with self.acting_as(person):
			return self.insert(
				"Presales Negotiation Round",
				**{
					"presales_project": project.name,
					"held_on": "2026-04-22",
					"held_with": "Director Zhang",
					"customer_position": "<p>Five percent less.</p>",
					"our_position": "<p>Three, and two years of guarantee.</p>",
					**values,
				},
			)

	def make_order(self, project, person="manager", **values):
		with self.acting_as(person):
			return self.insert(
				"Sales Order",
				**{
					"customer": self.customer,
					"company": project.company,
					"currency": "CNY",
					"order_type": "Sales",
					"transaction_date": "2026-05-11",
					"delivery_date": "2026-09-30",
					"presales_project": project.name,
					"items": [{"item_code": self.item, "qty": 600, "rate": 2000, "uom": "Nos"}],
					**values,
				},
			)

	def submit_order(self, project, person="manager", **values):
		order = self.make_order(project, person, **values)
		with self.acting_as(person):
			order.submit()
		return order

	def evaluate(self, project, person="supervisor", **values):
		"""A submitted evaluation."""
		with self.acting_as(person):
			evaluation = self.insert(
				"Presales Project Evaluation",
				**{
					"presales_project": project.name,
					"evaluation_date": "2026-06-30",
					"criteria": [
						{"criterion": "Result", "weight": 40, "score": 90},
						{"criterion": "Customer guidance", "weight": 30, "score": 80},
						{"criterion": "Cost of sale", "weight": 30, "score": 70},
					],
					"members": [{"user": email("engineer"), "score": 85, "comment": "Sound solution"}],
					"lessons": "Survey the site before the tender is published.",
					**values,
				},
			)
			evaluation.submit()
		return evaluation

	def make_solution(self, project, person="engineer", **values):
		"""A complete draft solution with sensors from the list of items and poles in words."""
		with self.acting_as(person) as user:
			return self.insert(
				"Presales Solution",
				**{
					"presales_project": project.name,
					**SOLUTION,
					"equipment": [
						{"item_code": self.item, "qty": 600, "place": "Above each space"},
						{"description": "Pole of 4 m, galvanised", "qty": 40, "place": "Crossings"},
					],
					"quality_checks": [
						{
							"checkpoint": "Sensors count right",
							"standard": "99 of 100 cars",
							"responsible": user,
							"due_date": "2026-06-30",
						}
					],
					**values,
				},
			)

	def submit_solution(self, project, person="engineer", **values):
		solution = self.make_solution(project, person, **values)
		with self.acting_as(person):
			solution.submit()
		return solution

	# ------------------------------------------------------------------------------- bids and their bonds

	def make_bid(self, project, person="manager", **values):
		"""A bid that is being prepared: deadline in ten days, opening the day after, no bond."""
		from frappe.utils import add_to_date, now_datetime

		with self.acting_as(person):
			return self.insert(
				"Presales Bid",
				**{
					"presales_project": project.name,
					"tender_title": "Parking guidance for forty car parks",
					"tender_number": "T-2026-017",
					"bid_kind": "Open",
					"evaluation_method": "Comprehensive Score",
					"technical_weight": 50,
					"commercial_weight": 20,
					"price_weight": 30,
					"price_limit": 1_300_000,
					"bid_price": 1_180_000,
					"submission_deadline": add_to_date(now_datetime(), days=10),
					"opening": add_to_date(now_datetime(), days=11),
					**values,
				},
			)

	def fill_envelope(self, bid, person="manager"):
		with self.acting_as(person):
			for row in bid.envelope:
				row.done = 1
			bid.save()
		return bid

	def submit_bid(self, project, person="manager", **values):
		"""A bid with a complete envelope that was handed in."""
		from presales_mgmt.api import submit_bid

		bid = self.fill_envelope(self.make_bid(project, person, **values), person)
		with self.acting_as(person):
			submit_bid(bid.name)
		bid.reload()
		return bid

	def open_bid(self, project, person="manager", bidders=(), **values):
		"""A bid that was opened today; `bidders` are the others."""
		import frappe

		from presales_mgmt.api import open_bid

		bid = self.submit_bid(project, person, **values)
		self.let_opening_come(bid)
		with self.acting_as(person):
			open_bid(bid.name)
			bid = frappe.get_doc("Presales Bid", bid.name)
			if bidders:
				bid.extend("bidders", bidders)
				bid.save()
		return bid

	@staticmethod
	def let_opening_come(bid):
		from frappe.utils import add_to_date, now_datetime

		bid.db_set(
			{
				"submission_deadline": add_to_date(now_datetime(), hours=-2),
				"opening": add_to_date(now_datetime(), hours=-1),
			}
		)

	def make_payment(self, payment_type="Pay", amount=20_000.0, company=None, party=None, **values):
		"""A submitted Payment Entry between the cash account and the tenderer, booked by Administrator."""
		import frappe
		from frappe.utils import today

		company = frappe.get_doc("Company", company or self.company)
		cash, debtors = company.default_cash_account, company.default_receivable_account
		payment = frappe.get_doc(
			{
				"doctype": "Payment Entry",
				"payment_type": payment_type,
				"posting_date": today(),
				"company": company.name,
				"party_type": "Customer",
				"party": party or self.customer,
				"paid_from": cash if payment_type == "Pay" else debtors,
				"paid_to": debtors if payment_type == "Pay" else cash,
				"paid_amount": amount,
				"received_amount": amount,
				"source_exchange_rate": 1,
				"target_exchange_rate": 1,
				"reference_no": "BOND",
				"reference_date": today(),
				**values,
			}
		)
		payment.insert()
		payment.submit()
		return payment

	def make_guarantee(self, amount=20_000.0, **values):
		"""A submitted Bank Guarantee that the company provides to the tenderer."""
		import frappe
		from frappe.utils import add_days, today

		bank = "Presales Test Bank"
		if not frappe.db.exists("Bank", bank):
			self.insert("Bank", bank_name=bank)
		guarantee = frappe.get_doc(
			{
				"doctype": "Bank Guarantee",
				"bg_type": "Providing",
				"customer": self.customer,
				"amount": amount,
				"start_date": today(),
				"end_date": add_days(today(), 90),
				"bank": bank,
				"bank_guarantee_number": f"BG {frappe.generate_hash(length=8)}",
				"name_of_beneficiary": self.customer,
				**values,
			}
		)
		guarantee.insert()
		guarantee.submit()
		return guarantee

	# ------------------------------------------------------------------------- following things up

	def delegate(self, delegator: str, delegate: str, by: str | None = None, **values):
		"""A delegation from today on, made by the delegator, or by a leader or System Manager for somebody else."""
		from frappe.utils import add_days, today

		with self.acting_as(by or delegator):
			return self.insert(
				"Presales Delegation",
				**{
					"delegator": email(delegator),
					"delegate": email(delegate),
					"from_date": today(),
					"to_date": add_days(today(), 7),
					"reason": "On leave",
					**values,
				},
			)

	def ask_to_rectify(self, project, reviewer="expert", item="Add the missing drawings", **row):
		"""What a reviewer who sends a contract back asks to be put right, as a Presales Rectification."""
		import frappe

		from presales_mgmt.rectification import make_from_review

		review = self.request_review(project, "Contract", reviewers=(reviewer,))
		self.give_opinion(reviewer, review, "Send Back", 50, rectifications=[{"item": item, **row}])
		review.reload()
		make_from_review(review)
		name = frappe.db.get_value("Presales Rectification", {"review": review.name, "item": item})
		return frappe.get_doc("Presales Rectification", name)

	def guide(self, project, person="supervisor", **values):
		"""Guidance that asks the manager for an answer within a week."""
		from frappe.utils import add_days, today

		with self.acting_as(person):
			return self.insert(
				"Presales Guidance Note",
				**{
					"presales_project": project.name,
					"subject": "Decision makers",
					"guidance": "<p>Find out who decides on the budget.</p>",
					"answer_due": add_days(today(), 7),
					"key_points": [{"key_point": "Talk with the finance office", "state": "Watching"}],
					**values,
				},
			)

	# ------------------------------------------------------------------------- requirements

	def make_department(self, title: str, *people: str) -> str:
		"""A department with `people` as its employees."""
		name = self.insert("Department", department_name=title, company=self.company).name
		for person in people:
			self.insert(
				"Employee",
				first_name=person,
				company=self.company,
				department=name,
				user_id=email(person),
				create_user_permission=0,
				gender=self.insert("Gender", gender=f"{title} {person}").name,
				date_of_birth="1990-01-01",
				date_of_joining="2020-01-01",
			)
		return name

	def capture(self, project, person="manager", **values):
		"""A requirement that the customer has named."""
		with self.acting_as(person):
			return self.insert(
				"Presales Requirement",
				**{
					"presales_project": project.name,
					"title": "Sensor for every bay",
					"kind": "Device",
					"priority": "Must Have",
					"device": "Ultrasonic sensor",
					"wanted_function": "Tells whether a bay is free",
					"place": "Car park at the station",
					"quantity": 600,
					"uom": "Nos",
					"due_date": "2026-12-31",
					"description": "<p>Every bay shows green or red.</p>",
					"source": "Customer Visit",
					**values,
				},
			)

	def analyse_requirement(self, requirement, person="engineer", feasibility="Feasible"):
		from presales_mgmt.api import analyse_requirement

		with self.acting_as(person):
			analyse_requirement(requirement.name, "<p>Wire the sensors by bus.</p>", feasibility)
		return requirement.reload()

	def confirm_requirement(self, project, requirement, person="manager", document=None, **values):
		"""What the customer confirms, by a document that is archived now unless one is named."""
		from presales_mgmt.api import confirm_requirements

		document = document or self.archive(project, "Requirement Specification").name
		arguments = {"customer_person": "Director Zhang", "confirmed_on": "2026-04-02", **values}
		with self.acting_as(person):
			confirm_requirements([requirement.name], document=document, **arguments)
		return requirement.reload()

	def confirmed_requirement(self, project, **values):
		return self.confirm_requirement(project, self.analyse_requirement(self.capture(project, **values)))

	def draft_change(self, requirement, person="manager", **values):
		"""A draft that asks for more sensors, at a cost."""
		document = values.pop("customer_document", None)
		if not document:
			document = self.archive(
				self._project_of(requirement), "Correspondence", title="Letter of the city"
			).name
		with self.acting_as(person):
			return self.insert(
				"Presales Change Request",
				**{
					"requirement": requirement.name,
					"reason": "A second deck is built.",
					"customer_person": "Director Zhang",
					"asked_on": "2026-05-04",
					"customer_document": document,
					"new_quantity": 800,
					"effect_days": 10,
					"cost_effect": 200_000,
					"price_effect": 300_000,
					**values,
				},
			)

	def request_change(self, requirement, person="manager", **values):
		"""A change that waits for its decision."""
		change = self.draft_change(requirement, person, **values)
		with self.acting_as(person):
			change.submit()
		return change

	@staticmethod
	def _project_of(record):
		import frappe

		return frappe.get_doc("Presales Project", record.presales_project)

	# ------------------------------------------------------------------------------- costing

	def join_team(self, project, person: str, project_role: str = "Finance"):
		"""The director names one more member of the team."""
		with self.acting_as("director"):
			project.reload()
			if not any((row.user, row.project_role) == (email(person), project_role) for row in project.team):
				project.append("team", {"user": email(person), "project_role": project_role, "active": 1})
				project.save()

	def estimate(self, project, person="finance", submit=True, **values):
		"""A cost estimate of 600,000, by default submitted, that is sold for 800,000. Finance joins the team for it."""
		if person == "finance":
			self.join_team(project, person)
		with self.acting_as(person):
			estimate = self.insert(
				"Presales Cost Estimate",
				**{
					"presales_project": project.name,
					"lines": [
						{
							"cost_kind": "Equipment",
							"item_code": self.item,
							"qty": 400,
							"unit_cost": 1000,
							"selling_price": 1500,
						},
						{
							"cost_kind": "Installation",
							"description": "Cabling",
							"qty": 1,
							"unit_cost": 200_000,
							"selling_price": 200_000,
						},
					],
					**values,
				},
			)
			if submit:
				estimate.submit()
		return estimate

	def approve_estimate(self, project, estimate, decision="Approve"):
		"""The concluded review of an estimate by somebody of finance who did not make it."""
		review = self.request_review(
			project,
			"Cost",
			reviewers=("finance2",),
			reviewed_doctype="Presales Cost Estimate",
			reviewed_document=estimate.name,
		)
		self.give_opinion("finance2", review, decision)
		review.reload()
		return review

	# ------------------------------------------------------------------------------- handover

	def make_won_project(self, **values):
		"""A project with goal, scope, a contact, a requirement, a risk, a solution and an estimate, won by its order.

		Gates are switched off for its documents: what is asked here comes after them.
		"""
		import frappe

		project = self.make_active_project(
			stakeholders=[
				{"stakeholder_name": "Director Zhang", "position": "Head of parking", "phone": "021 5550100"}
			],
			**values,
		)
		self.confirmed_requirement(project)
		with self.acting_as("manager"):
			self.insert(
				"Presales Risk",
				presales_project=project.name,
				risk_title="Sensors fail in the cold",
				probability=2,
				impact=4,
				risk_owner=email("engineer"),
				response_plan="Heated sensors",
			)
		self.submit_solution(
			project,
			coverage=[
				{"requirement": name, "part": "Technical", "coverage": "Full"}
				for name in frappe.get_all(
					"Presales Requirement",
					filters={"presales_project": project.name},
					pluck="name",
					order_by="name asc",
				)
			],
		)
		self.approve_estimate(project, self.estimate(project))
		settings = frappe.get_doc("Presales Settings")
		settings.update({"quotation_gate": "Off", "sales_order_gate": "Off"})
		settings.save()
		order = {}
		if project.currency != "CNY":
			order = {"currency": project.currency, "conversion_rate": project.conversion_rate}
		self.submit_quotation(project, **order)
		self.submit_order(project, **order)
		project.reload()
		return project

	def make_handover(self, project, person="manager", **values):
		"""A complete draft that names `delivery` as delivery manager."""
		from frappe.utils import add_days, today

		with self.acting_as(person) as user:
			return self.insert(
				"Presales Handover",
				**{
					"presales_project": project.name,
					"delivery_manager": email("delivery"),
					"promises": [
						{"promise": "Training of ten people", "promised_to": "The city", "promised_by": user}
					],
					"open_points": [
						{
							"point": "Permit for the poles",
							"responsible": user,
							"due_date": add_days(today(), 20),
						}
					],
					"omissions": [{"part": "Contract", "reason": "The order is the contract"}],
					**values,
				},
			)

	def offer(self, handover, person="manager", **arguments):
		from presales_mgmt.api import offer_handover

		with self.acting_as(person):
			offer_handover(handover.name, **arguments)
		return handover.reload()

	def accept_handover(self, handover, person="delivery", **arguments):
		from presales_mgmt.api import accept_handover

		with self.acting_as(person):
			accept_handover(handover.name, **arguments)
		return handover.reload()

	def send_handover_back(self, handover, *reasons, person="delivery"):
		from presales_mgmt.api import send_back_handover

		with self.acting_as(person):
			send_back_handover(handover.name, list(reasons) or ["The drawings are missing"])
		return handover.reload()
