"""Fills a site with deals in bulk, and takes them away again.

`fill(size)` makes what is missing up to `size` projects, with 40 quotations and 10 orders for each hundred. Every
batch is one transaction, so that a run that was broken off goes on where it stopped. Everything has a name that begins
with `PREFIX`; `remove` goes by it and touches nothing else.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

import frappe
from frappe.utils import flt, getdate, now_datetime
from frappe.utils.password import delete_all_passwords_for

from benchmarks import manifest, spread, templates, world
from benchmarks.manifest import PREFIX
from benchmarks.spread import CUSTOMERS, SEED, Deal
from benchmarks.templates import PROJECT, Template
from benchmarks.world import COMPANIES, email
from presales_mgmt import reviewed_version
from presales_mgmt.gates.rules import AT_MOST, FORWARD, START, STATUS, Process, Requirement
from presales_mgmt.rules import quotation as versions
from presales_mgmt.rules.budget import Budget, is_to_be_warned
from presales_mgmt.rules.cost_of_sale import JOURNAL, LABOUR, PURCHASE, add_up, stage_at
from presales_mgmt.rules.risk import score

BATCH = 500
# SQLite takes no more values in one statement.
MOST_VALUES = 30_000

# DocTypes of what is inserted in bulk; their child tables go with them.
DOCTYPES = (
	"Customer",
	"Opportunity",
	"Quotation",
	"Sales Order",
	PROJECT,
	"Presales Stage Log",
	"Presales Checklist Entry",
	"Presales Risk",
	"Presales Activity",
	"Presales Analysis Meeting",
	"Presales Document",
	"Presales Review",
	"Presales Review Opinion",
	"Presales Rectification",
	"Presales Guidance Note",
	"Presales Cost Entry",
	"Presales Initiation",
	"Presales Requirement",
	"Presales Solution",
	"Presales Cost Estimate",
	"Presales Bid",
	"Presales Negotiation Round",
	"Workflow Action",
)

# Kind of cost -> ERPNext's document that it is booked with, and what such a row says that it is for. The documents
# are not made: what reads costs reads the ledger.
SOURCES = {
	LABOUR: ("Timesheet", "Presales"),
	PURCHASE: ("Purchase Invoice", "Samples"),
	JOURNAL: ("Journal Entry", "Marketing Expenses"),
}

WORDS = ("City parking", "Hospital access", "Harbour gate", "Museum alarm", "Metro video", "Campus network")
THINGS = ("guidance", "control", "surveillance", "renewal", "extension")
OFFERED_STATUS = {"Lost": "Lost", "Abandoned": "Expired"}
OPPORTUNITY_STATUS = {"Lost": "Lost", "Abandoned": "Closed"}


def project_name(number: int) -> str:
	return f"{PREFIX}P-{number:07d}"


def opportunity_name(number: int) -> str:
	return f"{PREFIX}O-{number:07d}"


def quotations_of(project: str) -> list[str]:
	"""The quotations of a project, the first one first."""
	number = int(project.rsplit("-", 1)[1])
	return [f"{PREFIX}Q-{number:07d}-{version}" for version in range(spread.quotations(number))]


def customer_name(number: int) -> str:
	return f"{PREFIX}C-{number:03d}"


def count() -> int:
	"""How many deals are there: their numbers run from 0 without a gap."""
	return frappe.db.count(PROJECT, {"name": ["like", f"{PREFIX}P-%"]})


def fill(size: int, say: Callable[[str], None] = lambda message: None) -> int:
	"""Make deals until there are `size`; returns how many were made."""
	there = count()
	if there >= size:
		return 0
	if not there:
		make_people()
		make_customers()
	maker = Maker()
	for start in range(there, size, BATCH):
		end = min(start + BATCH, size)
		maker.make(range(start, end))
		frappe.db.commit()
		if end % 5000 == 0 or end == size:
			say(f"{end} of {size} deals")
	analyse()
	return size - there


def analyse() -> None:
	"""Let the server look at what has been filled, as it does by itself after a while."""
	if frappe.db.db_type == "sqlite":
		return  # it would keep what it finds in a table that stays
	for doctype in tables():
		frappe.db.sql_ddl(f"ANALYZE TABLE `tab{doctype}`")


def tables() -> list[str]:
	"""DocTypes and child tables that are filled in bulk."""
	found = []
	for doctype in DOCTYPES:
		found += [doctype, *(df.options for df in frappe.get_meta(doctype).get_table_fields())]
	return list(dict.fromkeys(found))


def remove() -> None:
	"""Take away everything that the benchmark has made on this site."""
	for doctype in tables():
		# Items, users and companies have such names, too: they go one by one.
		frappe.db.delete(doctype, {"name": ["like", f"{PREFIX}_-%"]})
		frappe.db.commit()
	for doctype, fieldname in manifest.TRACES:
		frappe.db.delete(doctype, {fieldname: ["like", f"{PREFIX}_-%"]})
	_remove_people()
	frappe.db.commit()
	manifest.remove()


def _remove_people() -> None:
	"""The users that were made in bulk; the first of each kind go one by one."""
	others = [email(person, which) for person, number in spread.PEOPLE.items() for which in range(1, number)]
	for df in frappe.get_meta("User").get_table_fields():
		frappe.db.delete(df.options, {"parent": ["in", others], "parenttype": "User"})
	for doctype, fieldname in manifest.TRACES_OF_USERS:
		if frappe.db.exists("DocType", doctype):
			frappe.db.delete(doctype, {fieldname: ["in", others]})
	for user in frappe.get_all(
		"User", filters={"name": ["in", others], "api_key": ["is", "set"]}, pluck="name", order_by="name asc"
	):
		delete_all_passwords_for("User", user)  # the key that reading over REST needs
	frappe.db.delete("User", {"name": ["in", others]})
	frappe.clear_cache()


class Rows:
	"""Rows that wait for being inserted, several in one statement."""

	def __init__(self):
		self.waiting: dict[tuple, list[tuple]] = defaultdict(list)

	def add(self, template: Template, name: str, without: Iterable[str] = (), **values) -> None:
		"""A copy of the template's record under another name. `without` names child tables that it does not have."""
		self.put(template, name=name, **values)
		for fieldname, children in template.children.items():
			if fieldname in without:
				continue
			for child in children:
				self.add_child(child, name, fieldname)

	def add_child(
		self, template: Template, parent: str, fieldname: str, idx: int | None = None, **values
	) -> str:
		idx = idx or template.row["idx"]
		name = f"{parent}-{fieldname}-{idx}"
		self.put(template, name=name, parent=parent, parentfield=fieldname, idx=idx, **values)
		return name

	def put(self, template: Template, **values) -> None:
		row = {**template.row, **values}
		self.waiting[template.doctype, tuple(row)].append(tuple(row.values()))

	def insert(self) -> None:
		for (doctype, columns), rows in self.waiting.items():
			names = ", ".join(f"`{column}`" for column in columns)
			place = f"({', '.join(['%s'] * len(columns))})"
			size = max(1, MOST_VALUES // len(columns))
			for start in range(0, len(rows), size):
				chunk = rows[start : start + size]
				frappe.db.sql(
					f"insert into `tab{doctype}` ({names}) values {', '.join([place] * len(chunk))}",
					tuple(value for row in chunk for value in row),
				)
		self.waiting.clear()


def make_customers() -> None:
	rows = Rows()
	template = templates.read("Customer", f"{PREFIX}Customer")
	for number in range(CUSTOMERS):
		rows.add(template, customer_name(number), customer_name=_customer_title(number))
	rows.insert()
	frappe.db.commit()


def make_people() -> None:
	"""The others of a kind, after the first: users like it, with the same roles.

	They are said to be there for a year: Frappe lets only so many be entered in an hour.
	"""
	rows = Rows()
	entered = now_datetime() - timedelta(days=365)
	for person, number in spread.PEOPLE.items():
		template = templates.read("User", email(person))
		for which in range(1, number):
			user = email(person, which)
			if not frappe.db.exists("User", user):
				rows.add(
					template,
					user,
					creation=entered,
					email=user,
					username=f"psb-{person}-{which}",
					full_name=full_name(person, which),
				)
	rows.insert()
	frappe.db.commit()


def full_name(person: str, number: int) -> str:
	return f"{person.title()} {number}"


class Maker:
	"""Makes the rows of deals from templates."""

	def __init__(self):
		self.templates = templates.take()
		self.processes: dict[str, Process] = world.frozen_processes()
		self.today: date = getdate()
		self.now: datetime = now_datetime()
		self.rows = Rows()
		self.bands = frappe.get_cached_doc("Presales Settings").get_risk_bands()
		self.acting_roles = _acting_roles()
		self.full_names = {
			email(person, which): full_name(person, which)
			for person, number in spread.PEOPLE.items()
			for which in range(number)
		}

	def make(self, numbers: Iterable[int]) -> None:
		"""Insert the deals with these numbers."""
		deals = [spread.deal(number, list(self.processes.values()), self.today) for number in numbers]
		reviewed = []
		for deal in deals:
			reviewed += self._deal(deal)
		self.rows.insert()
		# What was reviewed is told by its content, as the app does it.
		documents = [document for _review, document in reviewed if document]
		prints = reviewed_version.fingerprints("Presales Document", documents) if documents else {}
		for review, document in reviewed:
			self._review(*review, document, prints.get(document))
		self.rows.insert()

	def _deal(self, deal: Deal) -> list:
		"""Put the rows of a deal; returns what is known of its reviews, which need the documents to be there."""
		rng = random.Random(f"{SEED}-{deal.number}-rows")
		people = {
			person: [email(person, number) for number in numbers] for person, numbers in deal.people.items()
		}
		process_name = list(self.processes)[deal.process]
		process = self.processes[process_name]
		stages = process.stages
		began = datetime.combine(deal.started, time(8 + deal.number % 9, deal.number % 60))
		touched = began + (self.now - began) * rng.random()
		# Company and owner of what hangs under the project follow from it.
		common = {
			"owner": people["manager"][0],
			"modified_by": people["manager"][0],
			"creation": began,
			"modified": touched,
		}
		self._opportunity(deal, people, common)
		quotations = self._quotations(deal, common)
		order = self._order(deal, quotations, common)
		moves = self._moves(deal, stages, began) if deal.is_initiated else []
		costs = self._costs(deal, moves, people, common)
		reviews, links = [], {}
		if deal.is_initiated:
			reviews, links = self._what_gates_ask_for(deal, process, people, common, rng)
			links["initiation"] = self._initiation(deal, people, common, began + timedelta(days=7))
		self._project(deal, people, process_name, common, quotations, order, costs, links)
		self._logs(deal, stages, people, moves)
		self._risks(deal, people, common)
		self._follow_ups(deal, people, common)
		self._requirements(deal, people, common)
		return reviews

	# ------------------------------------------------------------------------------- ERPNext's documents

	def _opportunity(self, deal: Deal, people, common) -> None:
		status = OPPORTUNITY_STATUS.get(deal.status)
		if not status:
			status = "Converted" if deal.has_order else "Quotation" if deal.quotations else "Open"
		template = self.templates["opportunity", deal.company]
		self._sized(
			template,
			opportunity_name(deal.number),
			deal.amount,
			"opportunity_amount",
			**common,
			party_name=customer_name(deal.customer),
			customer_name=_customer_title(deal.customer),
			title=_title(deal),
			opportunity_owner=people["manager"][0],
			transaction_date=deal.started,
			expected_closing=deal.closing,
			status=status,
			presales_project=project_name(deal.number),
		)
		if status == "Lost":
			reason = self.templates["project"].children["lost_reasons"][0]
			self.rows.add_child(
				reason, opportunity_name(deal.number), "lost_reasons", parenttype="Opportunity"
			)

	def _quotations(self, deal: Deal, common) -> list[frappe._dict]:
		"""The versions of the offer, the first one first: the later, the cheaper."""
		template = self.templates["quotation", deal.company]
		made = [
			frappe._dict(
				name=name,
				status=OFFERED_STATUS.get(deal.status, "Open"),
				presales_version=version + 1,
				quotation_to="Customer",
				party_name=customer_name(deal.customer),
				base_net_total=_in_whole_rates(template, deal.amount * (1 - 0.03 * version)),
			)
			for version, name in enumerate(quotations_of(project_name(deal.number)))
		]
		if deal.has_order:
			made[-1].status = "Ordered"
		statuses = versions.statuses(made)
		opportunity = opportunity_name(deal.number)
		for number, row in enumerate(made):
			row.presales_version_status = statuses[row.name]
			of_items = {"prevdoc_docname": opportunity}
			if row.status == "Ordered":
				of_items["ordered_qty"] = lambda item: item["stock_qty"]
			self._sized(
				template,
				row.name,
				row.base_net_total,
				"base_net_total",
				child_values={"items": of_items},
				**common,
				party_name=row.party_name,
				customer_name=_customer_title(deal.customer),
				title=_customer_title(deal.customer),
				opportunity=opportunity,
				transaction_date=deal.started + timedelta(days=30 + 20 * number),
				valid_till=deal.started + timedelta(days=120 + 20 * number),
				status=row.status,
				presales_version=row.presales_version,
				presales_version_status=row.presales_version_status,
				presales_project=project_name(deal.number),
			)
		return made

	def _order(self, deal: Deal, quotations, common) -> tuple[str, float] | None:
		if not deal.has_order:
			return None
		name = f"{PREFIX}S-{deal.number:07d}"
		quotation, amount = quotations[-1].name, quotations[-1].base_net_total
		ordered = deal.started + timedelta(days=90)
		self._sized(
			self.templates["order", deal.company],
			name,
			amount,
			"base_net_total",
			child_values={
				"items": {
					"prevdoc_docname": quotation,
					"quotation_item": lambda item: f"{quotation}-items-{item['idx']}",
				}
			},
			**common,
			customer=customer_name(deal.customer),
			customer_name=_customer_title(deal.customer),
			title=_customer_title(deal.customer),
			transaction_date=ordered,
			delivery_date=ordered + timedelta(days=120),
			presales_project=project_name(deal.number),
		)
		return name, amount

	def _sized(
		self, template: Template, name: str, amount: float, measure: str, child_values=None, **values
	) -> None:
		"""A copy of one of ERPNext's documents whose amounts are in proportion to `amount`."""
		factor = _factor(template, measure, amount)
		# Versions of ERPNext differ in what they have.
		meta = frappe.get_meta(template.doctype)
		present = {key: value for key, value in values.items() if key in template.row or meta.has_field(key)}
		self.rows.put(template, name=name, **_scaled(template, factor), **present)
		for fieldname, children in template.children.items():
			more = (child_values or {}).get(fieldname, {})
			for child in children:
				own = {key: value(child.row) if callable(value) else value for key, value in more.items()}
				self.rows.add_child(child, name, fieldname, **{**_scaled(child, factor), **own})

	# ---------------------------------------------------------------------------------------- the project

	def _project(
		self, deal: Deal, people, process_name: str, common, quotations, order, costs, links
	) -> None:
		name = project_name(deal.number)
		process = self.processes[process_name]
		template = self.templates["project"]
		stage = process.stages[deal.position] if deal.is_initiated else None
		currency, rate = _currency(deal)
		base = flt(deal.amount * rate, 2)
		probability = stage.probability if stage else 0
		ended = deal.status in ("Won", "Lost", "Abandoned", "Closed")
		if ended:
			probability = 100 if deal.has_order else 0
		# Days are counted until a project is lost, abandoned or closed.
		stays = not ended or deal.status == "Won"
		decided = min(deal.started + timedelta(days=90), self.today) if ended else None
		approved = datetime.combine(deal.started + timedelta(days=7), time(10))
		# What was lost stands for no deal any more.
		offer = versions.choose_offer(
			[row for row in quotations if row.presales_version_status == versions.CURRENT],
			("Customer", customer_name(deal.customer)),
		)
		values = {
			"project_title": _title(deal),
			"company": COMPANIES[deal.company][0],
			"opportunity": opportunity_name(deal.number),
			"party": customer_name(deal.customer),
			"customer_name": _customer_title(deal.customer),
			"status": deal.status,
			"stage": stage.name if stage else None,
			"stage_entered_on": self._entered(deal) if stage and stays else None,
			"presales_process": process_name,
			"process_version": process.name,
			"director": people["director"][0],
			"manager": people["manager"][0],
			"currency": currency,
			"conversion_rate": rate,
			"expected_amount": deal.amount,
			"base_expected_amount": base,
			"probability": probability,
			"base_weighted_amount": flt(base * probability / 100, 2),
			"start_date": deal.started,
			"expected_close_date": deal.closing,
			"project_class": deal.project_class,
			"person_months": deal.person_months,
			"is_large_project": int(deal.person_months > 50),
			"strategy": "Compete" if stage else None,
			"applied_by": people["director"][0] if deal.status != "Draft" else None,
			"applied_on": approved - timedelta(days=3) if deal.status != "Draft" else None,
			"approved_by": email("leader") if stage else None,
			"approved_on": approved if stage else None,
			"quotation": offer.name if offer else None,
			"base_quoted_amount": offer.base_net_total if offer else 0,
			"sales_order": order[0] if order else None,
			"base_won_amount": order[1] if order else 0,
			"won_on": decided if order else None,
			"decided_on": decided,
			"closed_on": decided if deal.status == "Closed" else None,
			"status_before_win": "Active" if order else None,
			"outcome_reason": "What was learnt" if deal.status in ("Lost", "Abandoned", "On Hold") else None,
			**self._figures(deal, costs),
			**links,
		}
		if frappe.get_meta(PROJECT).has_field("responsible"):
			# Who answers for it: until it is handed over, that is its manager.
			values["responsible"] = people["manager"][0]
		tables_left_out = {"team", "supervisors", *(() if deal.status == "Lost" else ("lost_reasons",))}
		if deal.number % 4 == 0:
			tables_left_out |= {"stakeholders"}
		self.rows.add(template, name, tables_left_out, **values, **common)
		member = template.children["team"][0]
		team = [
			("Director", "director"),
			("Manager", "manager"),
			("Engineer", "engineer"),
			("Document Controller", "archivist"),
		]
		idx = 0
		for role, person in team:
			for user in people[person]:
				idx += 1
				self._member(member, name, "team", idx, role, user)
		if deal.number < spread.SPECIAL:
			self._member(member, name, "team", idx + 1, "Member", email("specialist"))
		self._member(member, name, "supervisors", 1, "Company Supervisor", people["supervisor"][0])

		self._workflow_action(deal, name, common)

	def _workflow_action(self, deal: Deal, project: str, common) -> None:
		"""What Frappe notes for whoever may act next, unless the workflow ends there."""
		template = self.templates.get("action")
		roles = self.acting_roles.get(deal.status)
		if not template or not roles:
			return
		name = f"{PREFIX}W-{deal.number:07d}"
		self.rows.put(template, name=name, reference_name=project, workflow_state=deal.status, **common)
		for idx, role in enumerate(roles, start=1):
			self.rows.add_child(
				template.children["permitted_roles"][0], name, "permitted_roles", idx, role=role
			)

	def _member(self, template: Template, project: str, table: str, idx: int, role: str, user: str) -> None:
		self.rows.add_child(
			template,
			project,
			table,
			idx,
			project_role=role,
			user=user,
			full_name=self.full_names[user],
			active=1,
		)

	def _entered(self, deal: Deal) -> datetime:
		"""When it came into its stage: on the way it spent as long in each."""
		began = datetime.combine(deal.started + timedelta(days=7), time(10))
		stay = (self.now - began) / (deal.position + 2)
		return began + stay * deal.position if stay > timedelta() else began

	def _moves(self, deal: Deal, stages, began: datetime) -> list[tuple[datetime, str]]:
		"""When it came into which stage, the first one first."""
		first = began + timedelta(days=7)
		stay = max((self._entered(deal) - first) / max(deal.position, 1), timedelta())
		return [(first + stay * position, stages[position].name) for position in range(deal.position + 1)]

	def _logs(self, deal: Deal, stages, people, moves) -> None:
		if not deal.is_initiated:
			return
		entered = self._entered(deal)
		for position, (moved, stage) in enumerate(moves):
			stay = moved - moves[position - 1][0] if position else timedelta()
			self._log(
				deal,
				position,
				from_stage=stages[position - 1].name if position else None,
				to_stage=stage,
				move_type=FORWARD if position else START,
				moved_by=people["manager"][0],
				moved_on=moved,
				days_in_stage=round(stay.total_seconds() / 86400, 2),
				probability=stages[position].probability,
			)
		if deal.status in ("Won", "Closed", "Lost", "Abandoned", "On Hold"):
			self._log(
				deal,
				deal.position + 1,
				from_stage=stages[deal.position].name,
				to_stage=stages[deal.position].name,
				move_type=STATUS,
				moved_by=people["director"][0],
				moved_on=entered,
				days_in_stage=0,
				probability=stages[deal.position].probability,
				from_status="Active",
				to_status=deal.status,
			)

	def _log(self, deal: Deal, number: int, **values) -> None:
		self.rows.add(
			self.templates["log"],
			f"{PREFIX}L-{deal.number:07d}-{number}",
			presales_project=project_name(deal.number),
			base_expected_amount=deal.amount,
			**values,
		)

	# --------------------------------------------------------------------------- what hangs under the project

	def _costs(self, deal: Deal, moves, people, common) -> list[frappe._dict]:
		"""Rows of the ledger, as ERPNext's documents write them."""
		made = []
		for number, (kind, amount, share) in enumerate(deal.costs):
			moment = moves[0][0] + max(self.now - moves[0][0], timedelta()) * share
			source, activity = SOURCES[kind]
			row = frappe._dict(
				kind=kind,
				activity=activity,
				posting_date=moment.date(),
				stage=stage_at(moves, moment),
				base_amount=amount,
				amount=amount,
				hours=round(amount / spread.COST_OF_AN_HOUR, 2) if kind == LABOUR else 0.0,
				user=people["engineer"][0] if kind == LABOUR else None,
				source_doctype=source,
				source_name=f"{PREFIX}{source}-{deal.number:07d}-{number}",
			)
			self.rows.put(
				self.templates["cost"],
				name=f"{PREFIX}E-{deal.number:07d}-{number}",
				presales_project=project_name(deal.number),
				company=COMPANIES[deal.company][0],
				**row,
				**common,
			)
			made.append(row)
		return made

	def _figures(self, deal: Deal, costs) -> dict:
		"""What the project shows of its costs. Nothing is ordered, so that nothing is committed."""
		figures = add_up(costs, [], [])
		settings = frappe.get_cached_doc("Presales Settings")
		percent = settings.get_for_company("budget_warn_percent", COMPANIES[deal.company][0])
		return {
			"presales_budget": deal.budget,
			"base_cost_of_sale": figures.cost,
			"base_purchase_cost": figures.purchases,
			"cost_of_sale_hours": figures.hours,
			"budget_warned": int(
				is_to_be_warned(Budget(deal.budget, warn_percent=flt(percent)), figures.spent)
			),
		}

	def _risks(self, deal: Deal, people, common) -> None:
		for number, (probability, impact, status, category) in enumerate(deal.risks):
			points = score(probability, impact)
			level = self.bands.level(points)
			self.rows.add(
				self.templates["risk"],
				f"{PREFIX}R-{deal.number:07d}-{number}",
				presales_project=project_name(deal.number),
				category=category,
				status=status,
				closed_on=self.today if status == "Closed" else None,
				risk_owner=people["engineer"][0],
				probability=probability,
				impact=impact,
				inherent_score=points,
				inherent_level=level,
				current_score=points,
				current_level=level,
				company=COMPANIES[deal.company][0],
				**common,
			)

	def _follow_ups(self, deal: Deal, people, common) -> None:
		for number, (days, status) in enumerate(deal.rectifications):
			closed = status == "Closed"
			self.rows.add(
				self.templates["rectification"],
				f"{PREFIX}F-{deal.number:07d}-{number}",
				presales_project=project_name(deal.number),
				review=None,
				opinion=None,
				status=status,
				responsible=people["engineer"][0],
				due_date=self.today + timedelta(days=days),
				done_by=people["engineer"][0] if closed else None,
				verified_by=people["director"][0] if closed else None,
				reminder_level=0,
				**common,
			)
		for number, (days, status) in enumerate(deal.guidance):
			self.rows.add(
				self.templates["guidance"],
				f"{PREFIX}G-{deal.number:07d}-{number}",
				presales_project=project_name(deal.number),
				status=status,
				addressed_to=people["manager"][0],
				answer_due=self.today + timedelta(days=days),
				given_by=people["supervisor"][0],
				reminder_level=0,
				**common,
			)

	def _initiation(self, deal: Deal, people, common, decided: datetime) -> str:
		"""The application with which a project was initiated. Returns its name."""
		template = self.templates["initiation"]
		name = f"{PREFIX}I-{deal.number:07d}"
		rate = _currency(deal)[1]
		factor = _factor(template, "expected_revenue", deal.amount * rate)
		director, manager = people["director"][0], people["manager"][0]
		self.rows.put(
			template,
			name=name,
			presales_project=project_name(deal.number),
			project_title=_title(deal),
			company=COMPANIES[deal.company][0],
			applied_by=director,
			applied_on=decided - timedelta(days=3),
			decided_by=email("leader"),
			decided_on=decided,
			person_months=deal.person_months,
			is_large_project=int(deal.person_months > 50),
			# Where the answers do not make it one of its class, it was raised to it.
			raised_to=deal.project_class if deal.project_class != "Regular" else None,
			project_class=deal.project_class,
			**_scaled(template, factor),
			**common,
		)
		for answer in template.children["classification"]:
			self.rows.add_child(answer, name, "classification")
		for idx, (role, user) in enumerate((("Director", director), ("Manager", manager)), start=1):
			self.rows.add_child(
				template.children["team"][0],
				name,
				"team",
				idx,
				project_role=role,
				user=user,
				full_name=self.full_names[user],
			)
		return name

	def _requirements(self, deal: Deal, people, common) -> None:
		"""What the customer wants, of some deals."""
		if not deal.is_initiated or deal.number % 3:
			return
		for number, status in enumerate(("Confirmed", "Analysed", "Captured")[: deal.number % 4]):
			analysed = status != "Captured"
			confirmed = status == "Confirmed"
			self.rows.add(
				self.templates["requirement"],
				f"{PREFIX}Y-{deal.number:07d}-{number}",
				presales_project=project_name(deal.number),
				status=status,
				feasibility="Feasible" if analysed else None,
				analysed_by=people["engineer"][0] if analysed else None,
				analysed_on=common["modified"] if analysed else None,
				confirmed_by="The customer" if confirmed else None,
				confirmed_on=common["modified"].date() if confirmed else None,
				confirmation_recorded_by=people["manager"][0] if confirmed else None,
				confirmation_recorded_on=common["modified"] if confirmed else None,
				**common,
			)

	def _what_gates_ask_for(self, deal: Deal, process: Process, people, common, rng) -> tuple[list, dict]:
		"""All that the gates ask for that were passed, and some of what the present one does.

		Returns what is known of the reviews, and the fields of the project that follow from the rest.
		"""
		reviews, links = [], {}
		bid_status = None
		wanted = [
			requirement
			for stage in process.stages[: deal.position + 1]
			for requirement in process.requirements_of(stage.name)
			if requirement.applies(deal.project_class, deal.person_months > 50)
		]
		documents: dict[str, str] = {}
		counters: dict[str, int] = defaultdict(int)
		present = process.stages[deal.position].name

		def name(letter: str) -> str:
			counters[letter] += 1
			return f"{PREFIX}{letter}-{deal.number:07d}-{counters[letter]}"

		for activity in deal.activities:
			self._activity(name("A"), deal, activity, people, common)
		for _meeting in range(deal.meetings):
			self._meeting(name("M"), deal, "Periodic", people, common)
		for requirement in wanted:
			if requirement.stage == present and deal.status != "Closed" and rng.random() > deal.done:
				continue
			filters = _equal_to(requirement)
			if requirement.kind == "Document":
				for _number in range(requirement.condition["min_count"] or 1):
					document = name("D")
					documents[requirement.condition["document_type"]] = document
					self._document(document, deal, requirement.condition["document_type"], people, common)
			elif requirement.kind == "Checklist":
				self.rows.add(
					self.templates["tick"],
					name("T"),
					presales_project=project_name(deal.number),
					stage=requirement.stage,
					requirement_code=requirement.code,
					title=requirement.title,
					done_by=people["engineer"][0],
				)
			elif requirement.kind == "Review":
				kind = requirement.condition["review_kind"]
				document = documents.get({"Solution": "Solution", "Bid": "Bid Document"}.get(kind, ""))
				reviews.append(((name("V"), deal, kind, None, people, common), document))
			elif requirement.kind == "Record" and requirement.condition["count_rule"] != AT_MOST:
				doctype = requirement.condition["reference_doctype"]
				for _number in range(requirement.condition["min_count"] or 1):
					if doctype == "Presales Activity":
						self._activity(name("A"), deal, filters.get("activity_type", "Visit"), people, common)
					elif doctype == "Presales Analysis Meeting":
						self._meeting(
							name("M"), deal, filters.get("meeting_type", "Periodic"), people, common
						)
				if doctype == "Presales Bid":
					# One at a time; what comes later asks for more of it.
					bid_status = "Preparing" if bid_status is None else "Submitted"
				elif doctype == "Presales Negotiation Round":
					self._round(name("H"), deal, people, common)
				elif doctype == "Presales Solution":
					self._solution(name("U"), deal, people, common)
				elif doctype == "Presales Cost Estimate":
					links = self._estimate(name("K"), deal, people, common)
		if deal.review_due is not None:
			reviews.append(((name("V"), deal, "Contract", deal.review_due, people, common), None))
		if bid_status:
			self._bid(name("B"), deal, bid_status, people, common)
		return reviews, links

	def _activity(self, name: str, deal: Deal, activity_type: str, people, common) -> None:
		day = min(deal.started + timedelta(days=20), self.today)
		self.rows.add(
			self.templates["activity"],
			name,
			presales_project=project_name(deal.number),
			activity_type=activity_type,
			subject=f"{activity_type} at {_customer_title(deal.customer)}",
			responsible=people["manager"][0],
			starts_on=datetime.combine(day, time(9, 30)),
			ends_on=datetime.combine(day, time(11)),
			**common,
		)

	def _meeting(self, name: str, deal: Deal, meeting_type: str, people, common) -> None:
		day = min(deal.started + timedelta(days=40), self.today)
		self.rows.add(
			self.templates["meeting"],
			name,
			presales_project=project_name(deal.number),
			meeting_type=meeting_type,
			chair=people["director"][0],
			starts_on=datetime.combine(day, time(14)),
			ends_on=datetime.combine(day, time(15)),
			**common,
		)

	def _document(self, name: str, deal: Deal, document_type: str, people, common) -> None:
		self.rows.add(
			self.templates["document"],
			name,
			presales_project=project_name(deal.number),
			document_type=document_type,
			title=f"{document_type} of {_title(deal)}",
			responsible=people["manager"][0],
			archived_by=people["archivist"][0],
			**common,
		)

	def _bid(self, name: str, deal: Deal, status: str, people, common) -> None:
		"""In preparation until a gate has asked for more; the deal decides on what was handed in."""
		currency, rate = _currency(deal)
		handed_in = status == "Submitted"
		decided = handed_in and deal.status in ("Won", "Closed", "Lost")
		if decided:
			status = "Lost" if deal.status == "Lost" else "Won"
		deadline = common["modified"] if handed_in else self.now + timedelta(days=1 + deal.number % 40)
		self.rows.add(
			self.templates["bid"],
			name,
			presales_project=project_name(deal.number),
			tender_title=_title(deal),
			tenderer=customer_name(deal.customer),
			tenderer_name=_customer_title(deal.customer),
			status=status,
			company=COMPANIES[deal.company][0],
			currency=currency,
			bond_currency=currency,
			conversion_rate=rate,
			bond_conversion_rate=rate,
			bid_price=deal.amount,
			base_bid_price=flt(deal.amount * rate, 2),
			submission_deadline=deadline,
			opening=deadline,
			submitted_by=people["manager"][0] if handed_in else None,
			submitted_on=deadline if handed_in else None,
			opened_by=people["manager"][0] if decided else None,
			opened_on=deadline if decided else None,
			decided_by=people["manager"][0] if decided else None,
			decided_on=deadline if decided else None,
			**common,
		)

	def _round(self, name: str, deal: Deal, people, common) -> None:
		self.rows.add(
			self.templates["round"],
			name,
			presales_project=project_name(deal.number),
			responsible=people["manager"][0],
			held_on=common["modified"].date(),
			**common,
		)

	def _solution(self, name: str, deal: Deal, people, common) -> None:
		self.rows.add(
			self.templates["solution"],
			name,
			presales_project=project_name(deal.number),
			title=f"Solution of {_title(deal)}",
			responsible=people["engineer"][0],
			submitted_by=people["engineer"][0],
			submitted_on=common["modified"],
			**common,
		)

	def _estimate(self, name: str, deal: Deal, people, common) -> dict:
		"""Returns what the project shows of it."""
		template = self.templates["estimate"]
		currency, rate = _currency(deal)
		factor = _factor(template, "base_selling_total", deal.amount * rate)
		values = _sold(template, factor, rate)
		self.rows.put(
			template,
			name=name,
			presales_project=project_name(deal.number),
			project_title=_title(deal),
			company=COMPANIES[deal.company][0],
			currency=currency,
			conversion_rate=rate,
			responsible=people["manager"][0],
			submitted_on=common["modified"],
			**values,
			**common,
		)
		for line in template.children["lines"]:
			self.rows.add_child(line, name, "lines", **_sold(line, factor, rate))
		return {"cost_estimate": name, "base_estimated_cost": values["total_cost"]}

	def _review(
		self, name, deal: Deal, kind: str, due: int | None, people, common, document, fingerprint
	) -> None:
		"""A concluded review, or with `due` one that waits for its opinion."""
		waits = due is not None
		reviewer = people["engineer"][1]
		project = project_name(deal.number)
		review = self.templates["open_review" if waits else "review"]
		due_date = self.today + timedelta(days=due or 0)
		self.rows.put(
			review,
			name=name,
			presales_project=project,
			review_kind=kind,
			subject=f"{kind} of {_title(deal)}",
			status="In Review" if waits else "Approved",
			requested_by=people["manager"][0],
			requested_on=common["creation"],
			due_date=due_date,
			reviewed_doctype="Presales Document" if document else None,
			reviewed_document=document,
			reviewed_version=fingerprint,
			**common,
		)
		decision = None if waits else "Approve"
		for child in review.children["reviewers"]:
			self.rows.add_child(
				child,
				name,
				"reviewers",
				reviewer=reviewer,
				full_name=self.full_names[reviewer],
				decision=decision,
			)
		self.rows.add(
			self.templates["open_opinion" if waits else "opinion"],
			f"{PREFIX}N-{name.removeprefix(PREFIX)}",
			("rectifications",),
			review=name,
			review_subject=f"{kind} of {_title(deal)}",
			review_kind=kind,
			presales_project=project,
			reviewer=reviewer,
			decision=decision,
			reminder_level=0,
			**common,
		)


def _acting_roles() -> dict[str, list[str]]:
	"""Status -> roles that may take a project out of it."""
	found: dict[str, list[str]] = defaultdict(list)
	for row in frappe.get_all(
		"Workflow Transition",
		filters={"parent": frappe.get_meta(PROJECT).get_workflow()},
		fields=["state", "allowed"],
		order_by="idx asc",
	):
		if row.allowed not in found[row.state]:
			found[row.state].append(row.allowed)
	return found


def _factor(template: Template, measure: str, amount: float) -> float:
	"""How much larger than the template a document of `amount` is, nearly: its rates are whole, and add up to its total."""
	return round(amount / template.row[measure], 6)


def _in_whole_rates(template: Template, amount: float) -> float:
	"""The net total of a document of about `amount`."""
	measure = "base_net_total"
	return flt(template.row[measure] * _factor(template, measure, amount), 2)


def _scaled(template: Template, factor: float) -> dict:
	values = {fieldname: round(template.row[fieldname] * factor, 2) for fieldname in template.money}
	# Amounts in words are those of the template, and would be wrong.
	values.update({key: "" for key in ("in_words", "base_in_words") if template.row.get(key)})
	return values


def _sold(template: Template, factor: float, rate: float) -> dict:
	"""Amounts of a cost estimate or of its line: what it is sold for is in the currency of the project, too."""
	values = _scaled(template, factor)
	for fieldname in list(values):
		if fieldname.startswith("base_selling"):
			values[fieldname.removeprefix("base_")] = flt(values[fieldname] / rate, 2)
	return values


def _equal_to(requirement: Requirement) -> dict:
	from presales_mgmt.gates.definitions import parse_filters

	filters = parse_filters(requirement.condition.get("reference_filters"))
	return {fieldname: value for fieldname, operator, value in filters if operator == "="}


def _currency(deal: Deal) -> tuple[str, float]:
	"""The currency of a project, and its rate to that of the company."""
	return ("USD", 7.1) if deal.number % 10 == 7 else ("CNY", 1)


def _customer_title(number: int) -> str:
	return f"Benchmark Customer {number:03d}"


def _title(deal: Deal) -> str:
	word = WORDS[deal.number % len(WORDS)]
	return f"{word} {THINGS[deal.number // 7 % len(THINGS)]} {deal.number}"
