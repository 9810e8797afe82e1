"""One deal from the customer's need to the accepted handover, on ERPNext's own documents (R1, R5, R7, R8).

Three versions of the quotation, a discount that needs approval, a bid with its bond, a contract that legal sends back,
the order, a handover that is refused and then accepted, invoice and payment, and what the sale has cost. Every amount
is compared with what ERPNext says: totals and taxes of its documents, and its ledger.
"""

import pytest

from presales_mgmt import api, exceptions, progress
from tests.costs import Costs
from tests.test_contracts import draft_contract, sign
from tests.test_handover import template  # noqa: F401 (a fixture)
from tests.test_progress import invoice_of, pay
from tests.world import COMPANY, OTHER_COMPANY, email

LIST = 1_200_000
COST = 820_000
VAT = 13
BOND = 20_000


class Chain:
	"""The steps of the deal, each by the person whose duty it is. Amounts are in the currency of the deal."""

	def __init__(self, world, frappe, company, currency, rate):
		self.world, self.frappe = world, frappe
		self.company, self.currency, self.rate = company, currency, rate
		self.cabling = self.need("Item", "PRESALES-TEST-CABLING", self.make_cabling)
		self.prices = self.need("Price List", f"Presales Test {currency}", self.make_price_list)

	# ------------------------------------------------------------------------------- master data

	def need(self, doctype, name, make):
		if not self.frappe.db.exists(doctype, name):
			make(name)
		return name

	def make_cabling(self, name):
		self.world.insert(
			"Item",
			item_code=name,
			item_name="Cabling",
			item_group=self.world.leaf_of("Item Group"),
			stock_uom="Nos",
			is_stock_item=0,
		)

	def make_price_list(self, name):
		self.world.insert("Price List", price_list_name=name, currency=self.currency, selling=1, enabled=1)
		for item, price in ((self.world.item, 1800), (self.cabling, 120_000)):
			self.world.insert(
				"Item Price",
				item_code=item,
				price_list=name,
				price_list_rate=price,
				uom="Nos",
				valid_from="2026-01-01",
			)

	@staticmethod
	def set_rules(frappe):
		"""Who may give which price, and what an order needs."""
		settings = frappe.get_doc("Presales Settings")
		settings.update(
			{
				"price_authorities": [],
				"free_line_item": "PRESALES-TEST-CABLING",
				"order_needs_contract": "Stop",
				"order_difference": "Stop",
				"contract_gate": "Stop",
				"purchase_gate": "Stop",
			}
		)
		for role, discount, margin in (
			("Presales Manager", 5, 25),
			("Presales Director", 15, 15),
			("Presales Leader", 30, 5),
		):
			settings.append(
				"price_authorities",
				{"role": role, "max_discount_percent": discount, "min_margin_percent": margin},
			)
		settings.save()

	# ------------------------------------------------------------------------------- before the offer

	def begin(self):
		"""Opportunity, project, initiation, and all gates up to the preparation of the bid."""
		world = self.world
		opportunity = world.make_opportunity(
			company=self.company,
			currency=self.currency,
			conversion_rate=self.rate,
			opportunity_amount=LIST,
		)
		self.opportunity = opportunity
		self.project = world.make_active_project(
			opportunity=opportunity.name,
			company=self.company,
			currency=self.currency,
			conversion_rate=self.rate,
			expected_amount=LIST,
			goal="Cars find a space within two minutes",
			scope="Forty car parks",
			stakeholders=[{"stakeholder_name": "Director Zhang", "phone": "021 5550100"}],
			application={"cost_of_sale": 100_000},
		)
		world.join_team(self.project, "finance")
		self.requirement = world.confirmed_requirement(self.project)
		world.submit_solution(
			self.project,
			coverage=[{"requirement": self.requirement.name, "part": "Technical", "coverage": "Full"}],
		)
		world.advance_to(self.project, "Bid Preparation")

	def calculate(self):
		"""Finance costs the solution, in company currency; the estimate is approved by another of finance."""
		self.estimate = self.world.estimate(
			self.project,
			lines=[
				{
					"cost_kind": "Equipment",
					"item_code": self.world.item,
					"qty": 600,
					"unit_cost": 1200 * self.rate,
					"selling_price": 1800,
				},
				{
					"cost_kind": "Installation",
					"description": "Cabling of all car parks",
					"qty": 1,
					"unit_cost": 100_000 * self.rate,
					"selling_price": 120_000,
				},
			],
		)
		self.world.approve_estimate(self.project, self.estimate)
		assert (self.estimate.total_cost, self.estimate.base_selling_total) == (
			COST * self.rate,
			LIST * self.rate,
		)

	def bid(self):
		"""A bid with a bond in company currency, which comes back after the bid is won."""
		world, frappe = self.world, self.frappe
		bid = world.make_bid(
			self.project, price_limit=1_300_000, bid_price=LIST, bond_amount=BOND, bond_due_back="2040-06-30"
		)
		bid.update({"bond_currency": "CNY"})
		with world.acting_as("manager"):
			bid.save()
		payment = world.make_payment(company=self.company, amount=BOND)
		self.payments = [payment]
		with world.acting_as("finance"):
			api.pay_bid_bond(bid.name, payment_entry=payment.name)
		bid.reload()
		assert (bid.bond_status, bid.base_bond_paid) == ("Paid", BOND)
		assert self.bond_out() == BOND

		world.fill_envelope(bid)
		with world.acting_as("manager"):
			api.submit_bid(bid.name)
		bid.reload()
		world.let_opening_come(bid)
		with world.acting_as("manager"):
			api.open_bid(bid.name)
			api.conclude_bid(bid.name, "Won", "First in technical score")
		self.bond = frappe.get_doc("Presales Bid", bid.name)
		assert self.bond.status == "Won"

	def give_bond_back(self):
		payment = self.world.make_payment("Receive", company=self.company, amount=BOND)
		self.payments.append(payment)
		with self.world.acting_as("finance"):
			api.return_bid_bond(self.bond.name, payment_entry=payment.name)
		self.bond.reload()
		assert (self.bond.bond_status, self.bond.base_bond_returned) == ("Returned", BOND)
		assert self.bond_out() == 0

	def bond_out(self) -> float:
		"""What ERPNext's ledger says the tenderer still holds, on the account of receivables; cash is its mirror."""
		company = self.frappe.get_doc("Company", self.company)
		rows = self.frappe.get_all(
			"GL Entry",
			filters={
				"voucher_type": "Payment Entry",
				"voucher_no": ["in", [payment.name for payment in self.payments]],
				"is_cancelled": 0,
			},
			fields=["account", "debit", "credit"],
			order_by="name asc",
		)

		def balance(account):
			return sum(row.debit - row.credit for row in rows if row.account == account)

		assert balance(company.default_cash_account) == -balance(company.default_receivable_account)
		return balance(company.default_receivable_account)

	# ------------------------------------------------------------------------------- the offer

	def tax(self) -> dict:
		account = self.frappe.get_all(
			"Account",
			filters={"company": self.company, "account_type": "Tax", "is_group": 0},
			pluck="name",
			order_by="name asc",
			limit=1,
		)[0]
		return {"charge_type": "On Net Total", "account_head": account, "rate": VAT, "description": "VAT"}

	def first_version(self):
		"""From the approved estimate, at its prices."""
		from presales_mgmt.offering import make_quotation

		with self.world.acting_as("manager"):
			quotation = make_quotation(self.estimate.name)
			quotation.update(
				{
					"transaction_date": "2026-04-20",
					"valid_till": "2026-12-31",
					"order_type": "Sales",
					"selling_price_list": self.prices,
					"presales_installation_days": 140,
					"taxes": [],
				}
			)
			quotation.append("taxes", self.tax())
			quotation.insert()
			quotation.submit()
		return quotation

	def next_version(self, quotation, discount, date):
		"""A draft of the next version, with a discount on the net total."""
		from presales_mgmt.quotations import make_next_version

		with self.world.acting_as("manager"):
			draft = make_next_version(quotation.name)
			draft.update(
				{
					"transaction_date": date,
					"valid_till": "2026-12-31",
					"apply_discount_on": "Net Total",
					"additional_discount_percentage": discount,
				}
			)
			draft.insert()
		return draft

	def submit(self, doc, person="manager"):
		with self.world.acting_as(person):
			doc.reload()
			doc.submit()
		return doc

	def check_quotation(self, quotation, discount):
		"""Totals and tax as ERPNext has them, in both currencies; what the project says of them."""
		net = LIST * (100 - discount) / 100
		quotation.reload()
		tax = net * VAT / 100
		assert (quotation.currency, quotation.conversion_rate) == (self.currency, self.rate)
		assert (quotation.net_total, quotation.base_net_total) == (net, net * self.rate)
		assert quotation.total_taxes_and_charges == pytest.approx(tax, abs=0.01)
		assert quotation.base_total_taxes_and_charges == pytest.approx(tax * self.rate, abs=0.01)
		assert quotation.grand_total == pytest.approx(net + tax, abs=0.01)
		assert quotation.base_grand_total == pytest.approx((net + tax) * self.rate, abs=0.01)
		self.project.reload()
		assert self.project.quotation == quotation.name
		assert self.project.base_quoted_amount == quotation.base_net_total

	def offer(self):
		"""In negotiation, three versions; the third gives more than the manager may, and is approved as it is."""
		world, frappe = self.world, self.frappe
		for stage, following in (("Bid Preparation", "Bid Review"), ("Bid Review", "Contract Negotiation")):
			world.satisfy(self.project, stage)
			world.move(self.project, following)
		first = self.first_version()
		self.check_quotation(first, 0)
		second = self.submit(self.next_version(first, 5, "2026-04-24"))
		self.check_quotation(second, 5)

		third = self.next_version(second, 10, "2026-04-28")
		with pytest.raises(exceptions.PriceAuthorityError, match="Ask for approval"):
			self.submit(third)
		with world.acting_as("manager"):
			name = api.request_price_approval("Quotation", third.name, "The city has 1,080,000 in its budget")
		with world.acting_as("director"), pytest.raises(exceptions.SelfApprovalError):
			api.approve_price(name)
		with world.acting_as("leader"):
			api.approve_price(name, "Once")
		approval = frappe.get_doc("Presales Price Approval", name)
		net = LIST * 0.9
		assert (approval.net_total, approval.base_net_total) == (net, net * self.rate)
		assert (approval.discount_percent, approval.base_cost) == (10, COST * self.rate)
		assert approval.margin_percent == pytest.approx((net - COST) / net * 100, abs=0.01)

		# An early approval lets nothing else through.
		third.reload()
		third.additional_discount_percentage = 11
		with world.acting_as("manager"):
			third.save()
		with pytest.raises(exceptions.PriceAuthorityError, match="has changed since"):
			self.submit(third)
		third.reload()
		third.additional_discount_percentage = 10
		with world.acting_as("manager"):
			third.save()
		self.submit(third)
		self.check_quotation(third, 10)
		states = {
			row.name: (row.presales_version, row.presales_version_status)
			for row in frappe.get_all(
				"Quotation",
				filters={"presales_project": self.project.name},
				fields=["name", "presales_version", "presales_version_status"],
				order_by="presales_version asc",
			)
		}
		assert states == {
			first.name: (1, "Superseded"),
			second.name: (2, "Superseded"),
			third.name: (3, "Current"),
		}
		self.superseded, self.quotation = second, third
		self.negotiate(second, third)

	def negotiate(self, before, after):
		"""The round is on record with what it has changed, told by the quotations themselves."""
		with self.world.acting_as("manager"):
			entry = self.world.insert(
				"Presales Negotiation Round",
				presales_project=self.project.name,
				held_on="2026-04-27",
				held_with="Director Zhang",
				customer_position="<p>Not above 1,080,000</p>",
				our_position="<p>Five percent at most</p>",
				agreed="<p>Ten percent</p>",
				outcome="Agreed",
				responsible=email("manager"),
				quotation=before.name,
				resulting_quotation=after.name,
			)
			changes = {row["label"]: row for row in api.get_negotiation_changes(entry.name)}
		assert "Net Total" in changes, changes

	# ------------------------------------------------------------------------------- contract and order

	def contract(self):
		"""Legal sends it back; what it asks for is put right and verified, and the new wording reviewed anew."""
		world, frappe = self.world, self.frappe
		contract = draft_contract(world, self.project, quotation=self.quotation.name)
		assert (contract.presales_amount, contract.presales_base_amount) == (
			self.quotation.net_total,
			self.quotation.base_net_total,
		)
		assert (contract.presales_currency, contract.presales_company) == (self.currency, self.company)
		world.review_record(self.project, "Contract", contract)
		review = world.request_review(
			self.project, "Legal", reviewed_doctype="Contract", reviewed_document=contract.name
		)
		world.give_opinion(
			"legal",
			review,
			"Send Back",
			40,
			rectifications=[{"item": "State what counts as acceptance", "responsible": email("manager")}],
		)
		with world.acting_as("director"), pytest.raises(exceptions.GateError):
			contract.submit()
		contract.reload()
		assert contract.docstatus == 0
		with world.acting_as("director"):
			contract.contract_terms += "<p>Accepted is what has run for thirty days.</p>"
			contract.save()
		(rectification,) = frappe.get_all("Presales Rectification", {"review": review.name}, pluck="name")
		with world.acting_as("manager"):
			api.complete_rectification(rectification, "Acceptance is stated")
		with world.acting_as("legal"):
			api.verify_rectification(rectification, True, "Read")
		with world.acting_as("director"), pytest.raises(exceptions.GateError):
			contract.submit()
		contract.reload()
		for kind in ("Contract", "Legal"):
			world.review_record(self.project, kind, contract)
		self.submit(contract, "director")
		self.project.reload()
		assert self.project.contract == contract.name
		self.signed = contract

	def order(self):
		"""From the current version, by ERPNext's own mapping. Nothing is ordered from a superseded one."""
		from erpnext.selling.doctype.quotation.quotation import make_sales_order

		world = self.world
		world.record_activity(self.project, "Negotiation")
		world.move(self.project, "Contract Signing")
		with world.acting_as("manager"):
			stale = make_sales_order(self.superseded.name)
			stale.update({"delivery_date": "2026-09-30", "transaction_date": "2026-05-11"})
			with pytest.raises(exceptions.SupersededQuotationError, match=self.quotation.name):
				stale.insert()
			order = make_sales_order(self.quotation.name)
			order.update(
				{
					"delivery_date": "2026-09-30",
					"transaction_date": "2026-05-11",
					"presales_contract": self.signed.name,
				}
			)
			order.insert()
		with pytest.raises(exceptions.GateError, match="signed"):
			self.submit(order)
		sign(world, self.signed)
		self.submit(order)
		quotation = self.quotation
		for fieldname in (
			"net_total",
			"base_net_total",
			"total_taxes_and_charges",
			"base_total_taxes_and_charges",
			"grand_total",
			"base_grand_total",
			"discount_amount",
		):
			assert order.get(fieldname) == quotation.get(fieldname), fieldname
		assert order.presales_installation_days == 140
		self.project.reload()
		assert (self.project.status, self.project.sales_order) == ("Won", order.name)
		assert self.project.base_won_amount == order.base_net_total == LIST * 0.9 * self.rate
		with world.acting_as("director"):
			pairs = api.get_document_differences("Sales Order", order.name)
		assert [(pair["before"]["doctype"], pair["after"]["doctype"]) for pair in pairs] == [
			("Quotation", "Contract"),
			("Contract", "Sales Order"),
			("Quotation", "Sales Order"),
		]
		amounts = [
			row for pair in pairs for row in pair["rows"] if row["what"] in ("Amount", "Price", "Item")
		]
		assert amounts == []
		self.sales_order = order

	# ------------------------------------------------------------------------------- handover and delivery

	def hand_over(self, project_template):
		world, frappe, project = self.world, self.frappe, self.project
		world.archive(project, "Contract")
		world.move(project, "Project Kickoff")
		handover = world.make_handover(
			project,
			project_template=project_template.name,
			omissions=[{"part": "Risks", "reason": "None is open"}],
		)
		assert handover.base_budget_total == COST * self.rate
		world.offer(handover)
		project.reload()
		assert project.responsible == email("manager")
		world.send_handover_back(handover, "The drawings are missing")
		with world.acting_as("manager"), pytest.raises(exceptions.HandoverError):
			api.offer_handover(handover.name)
		handover.reload()
		with world.acting_as("manager"):
			handover.reasons[0].update({"answer": "The drawings are attached", "done": 1})
			handover.save()
		world.offer(handover)
		world.accept_handover(handover)
		project.reload()
		assert (project.handover_status, project.responsible) == ("Accepted", email("delivery"))
		delivery = frappe.get_doc("Project", project.erpnext_project)
		assert (delivery.company, delivery.estimated_costing) == (self.company, COST * self.rate)
		assert frappe.db.get_value("Sales Order", self.sales_order.name, "project") == delivery.name
		assert frappe.get_all("Task", {"project": delivery.name}, pluck="subject") == [
			"Survey of the car parks"
		]
		self.handover = handover

	def bill(self):
		"""Half of the sensors are billed and paid; the project reads it from ERPNext."""
		invoice = invoice_of(self.frappe, self.sales_order.name)
		payment = pay(self.frappe, "Sales Invoice", invoice.name)
		invoice.reload()
		assert invoice.outstanding_amount == 0
		found = progress.get_progress([self.project.name])[self.project.name]
		(order,) = found["orders"]
		total = invoice.rounded_total or invoice.grand_total
		base_total = invoice.base_rounded_total or invoice.base_grand_total
		assert (order["currency"], order["invoiced"], order["outstanding"]) == (self.currency, total, 0)
		assert order["base_invoiced"] == pytest.approx(base_total, abs=0.01)
		assert order["received"] == total
		assert found["totals"]["base_invoiced"] == order["base_invoiced"]
		self.invoice, self.receipt = invoice, payment

	def spend(self, costs):
		"""Eight hours of the surveyor: in the project as in ERPNext's timesheet, against the budget of the sale."""
		costs.on_team(self.project)
		timesheet = costs.hours(
			self.project,
			8,
			company=self.company,
			employee=costs.make_employee(f"Surveyor {self.company}", company=self.company),
		)
		self.project.reload()
		assert self.project.base_cost_of_sale == timesheet.base_total_costing_amount == 800
		assert self.project.presales_budget == 100_000
		self.timesheet = timesheet

	# ------------------------------------------------------------------------------- taking it back

	def cancel(self, doc, person="manager"):
		doc = self.frappe.get_doc(doc.doctype, doc.name)
		with self.world.acting_as(person):
			doc.cancel()
		self.project.reload()
		return doc

	def amend(self, doc, person="manager", submit=True):
		"""As the desk amends: a copy without what is not copied, which is then submitted."""
		with self.world.acting_as(person):
			copy = self.frappe.copy_doc(doc)
			for row in (copy, *copy.get_all_children()):
				row.docstatus = 0
			copy.amended_from = doc.name
			copy.insert()
			if submit:
				copy.submit()
		self.project.reload()
		return copy

	def links(self):
		"""What the project says of the documents of its deal."""
		self.project.reload()
		return {
			fieldname: self.project.get(fieldname)
			for fieldname in (
				"status",
				"stage",
				"quotation",
				"contract",
				"sales_order",
				"base_quoted_amount",
				"base_won_amount",
				"handover_status",
				"responsible",
			)
		}


@pytest.mark.clause("R1.6", "R1.7", "R1.8", "R5.8", "R5.11", "R7.8", "R8.6", "R9.5")
def test_a_deal_runs_from_need_to_accepted_handover_in_two_companies(world, frappe, template):  # noqa: F811
	"""The second deal is in another company and in dollars: each project counts its own documents, in its own currencies."""
	costs = Costs(world)
	chains = [Chain(world, frappe, COMPANY, "CNY", 1), Chain(world, frappe, OTHER_COMPANY, "USD", 7.2)]
	Chain.set_rules(frappe)
	holidays = frappe.db.get_value("Company", COMPANY, "default_holiday_list")
	frappe.db.set_value("Company", OTHER_COMPANY, "default_holiday_list", holidays)
	frappe.clear_document_cache("Company", OTHER_COMPANY)
	for step in ("begin", "calculate", "bid", "offer", "contract", "order", "give_bond_back"):
		for chain in chains:
			getattr(chain, step)()
	for chain in chains:
		chain.hand_over(template)
		chain.bill()
		chain.spend(costs)
	for chain in chains:
		chain.project.reload()
		assert chain.project.base_won_amount == chain.sales_order.base_net_total
		assert chain.project.base_quoted_amount == chain.quotation.base_net_total
		assert chain.project.base_estimated_cost == COST * chain.rate


def test_the_deal_is_taken_back_document_by_document(world, frappe, template):  # noqa: F811
	"""Each of ERPNext's documents is cancelled, from the last to the first, and amended; the project follows."""
	chain = Chain(world, frappe, COMPANY, "CNY", 1)
	Chain.set_rules(frappe)
	for step in ("begin", "calculate", "bid", "offer", "contract", "order"):
		getattr(chain, step)()
	chain.hand_over(template)
	chain.bill()
	chain.spend(Costs(world))
	net = LIST * 0.9
	won = {
		"status": "Won",
		"stage": "Project Kickoff",
		"quotation": chain.quotation.name,
		"contract": chain.signed.name,
		"sales_order": chain.sales_order.name,
		"base_quoted_amount": net,
		"base_won_amount": net,
		"handover_status": "Accepted",
		"responsible": email("delivery"),
	}
	assert chain.links() == won

	# The receipt, the invoice, the hours: figures go, the deal stands.
	chain.cancel(chain.receipt, "Administrator")
	chain.cancel(chain.invoice, "Administrator")
	(order,) = progress.get_progress([chain.project.name])[chain.project.name]["orders"]
	assert (order["invoiced"], order["received"], order["outstanding"]) == (0, 0, 0)
	timesheet = chain.cancel(chain.timesheet, "Administrator")
	assert chain.project.base_cost_of_sale == 0
	chain.amend(timesheet, "Administrator")
	assert chain.project.base_cost_of_sale == 800
	assert chain.links() == won

	# The order: the win goes, contract and offer stand, and the manager answers again.
	order = chain.cancel(chain.sales_order)
	reopened = {
		**won,
		"status": "Active",
		"stage": "Contract Signing",
		"sales_order": None,
		"base_won_amount": 0,
		"handover_status": "Revoked",
		"responsible": email("manager"),
	}
	assert chain.links() == reopened
	amended = chain.amend(order)
	assert (amended.presales_contract, amended.presales_project) == (chain.signed.name, chain.project.name)
	assert chain.links() == {
		**reopened,
		"status": "Won",
		"sales_order": amended.name,
		"base_won_amount": amended.base_net_total,
	}
	assert amended.base_net_total == net
	chain.cancel(amended)
	assert chain.links() == reopened

	# The contract: its reviews speak for no other wording.
	contract = chain.cancel(chain.signed, "director")
	assert chain.links() == {**reopened, "contract": None}
	renewed = chain.amend(contract, "director", submit=False)
	with world.acting_as("director"), pytest.raises(exceptions.GateError):
		renewed.submit()
	frappe.delete_doc("Contract", renewed.name)

	# The quotation: the version before it is current again; an amended one is a version of its own, approved anew.
	quotation = chain.cancel(chain.quotation)
	assert chain.links() == {
		**reopened,
		"contract": None,
		"quotation": chain.superseded.name,
		"base_quoted_amount": LIST * 0.95,
	}
	draft = chain.amend(quotation, submit=False)
	with pytest.raises(exceptions.PriceAuthorityError):
		chain.submit(draft)
	with world.acting_as("manager"):
		approval = api.request_price_approval("Quotation", draft.name, "As agreed")
	with world.acting_as("leader"):
		api.approve_price(approval)
	chain.submit(draft)
	draft.reload()
	assert (draft.presales_version, draft.presales_version_status) == (4, "Current")
	assert chain.links() == {
		**reopened,
		"contract": None,
		"quotation": draft.name,
		"base_quoted_amount": net,
	}

	# The payment of the bond: nothing is out any more until it is paid again.
	chain.cancel(chain.payments[0], "Administrator")
	chain.bond.reload()
	assert chain.bond.bond_status == "To Be Paid"
	assert chain.bond_out() == 0
