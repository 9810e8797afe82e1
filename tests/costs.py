"""ERPNext's documents that cost a project something, made as the people whose duty they are."""

from tests.world import email

EXPENSE_TYPES = ["in", ["", "Expense Account", "Indirect Expense", "Direct Expense"]]


class Costs:
	"""Hours, purchases and journal lines of the company `world.company`, or of another one.

	The surveyor is an engineer on the team who logs hours and asks for purchases; the clerk of the accounts has no role
	of ours and sees no project.
	"""

	surveyor = email("surveyor")
	bookkeeper = email("bookkeeper")
	day = "2026-03-20"

	def __init__(self, world):
		import frappe

		self.world = world
		if frappe.db.exists("User", self.surveyor):
			return
		world.make_user("surveyor", "Presales Engineer", "Projects User", "Purchase User")
		world.make_user("bookkeeper", "Accounts User", "Purchase User", "Projects User", "HR User")
		self.supplier = world.insert("Supplier", supplier_name="Presales Test Supplier").name
		self.activity = world.insert(
			"Activity Type", activity_type="Presales Test Survey", costing_rate=100
		).name
		self.employee = self.make_employee("Surveyor", self.surveyor)

	def make_employee(self, name, user=None, company=None):
		import frappe

		return self.world.insert(
			"Employee",
			first_name=f"Presales Test {name}",
			company=company or self.world.company,
			gender=frappe.db.get_value("Gender", {}),
			date_of_birth="1990-01-01",
			date_of_joining="2020-01-01",
			user_id=user,
			create_user_permission=0,
		).name

	def on_team(self, project, *users):
		for user in users or (self.surveyor,):
			project.append("team", {"user": user, "project_role": "Engineer", "active": 1})
		project.save()
		return project

	def expense_account(self, company=None):
		import frappe

		return frappe.get_all(
			"Account",
			filters={
				"company": company or self.world.company,
				"root_type": "Expense",
				"is_group": 0,
				"account_type": EXPENSE_TYPES,
			},
			pluck="name",
			order_by="name asc",
			limit=1,
		)[0]

	# ------------------------------------------------------------------------------------- documents

	def draft_hours(
		self, project, hours=8, day=None, person=None, employee=None, company=None, values=None, **row
	):
		"""`values` are those of the Timesheet, `row` those of its time log."""
		log = {
			"activity_type": self.activity,
			"from_time": f"{day or self.day} 09:00:00",
			"hours": hours,
			"presales_project": project.name if project else None,
			**row,
		}
		with self.world.acting_as(person or self.surveyor):
			return self.world.insert(
				"Timesheet",
				company=company or self.world.company,
				employee=employee or self.employee,
				time_logs=[log],
				**(values or {}),
			)

	def submit(self, doc, person=None):
		return self._act(doc, "submit", person)

	def cancel(self, doc, person=None):
		return self._act(doc, "cancel", person)

	def _act(self, doc, action, person):
		"""As by a request of a client: what is refused leaves nothing behind."""
		import frappe

		frappe.db.savepoint("costs")
		try:
			with self.world.acting_as(person or self.bookkeeper):
				doc = frappe.get_doc(doc.doctype, doc.name)
				getattr(doc, action)()
		except Exception:
			frappe.db.rollback(save_point="costs")
			raise
		return frappe.get_doc(doc.doctype, doc.name)

	def amend(self, doc, person=None):
		"""A draft that amends a cancelled document, as the desk makes it."""
		import frappe

		with self.world.acting_as(person or self.bookkeeper):
			copy = frappe.copy_doc(doc)
			# In tests Frappe keeps it.
			for row in (copy, *copy.get_all_children()):
				row.docstatus = 0
			copy.amended_from = doc.name
			return copy.insert()

	def hours(self, project, hours=8, **values):
		return self.submit(self.draft_hours(project, hours, **values))

	def row(self, project, qty=1, rate=1000, company=None, **values):
		return {
			"item_code": self.world.item,
			"qty": qty,
			"rate": rate,
			"uom": "Nos",
			"expense_account": self.expense_account(company),
			"presales_project": project.name if project else None,
			**values,
		}

	def draft_invoice(
		self, project, qty=1, rate=1000, company=None, person="Administrator", row=None, **values
	):
		with self.world.acting_as(person):
			return self.world.insert(
				"Purchase Invoice",
				**{
					"supplier": self.supplier,
					"company": company or self.world.company,
					"currency": "CNY",
					"set_posting_time": 1,
					"posting_date": self.day,
					"due_date": "2040-01-01",
					"items": [self.row(project, qty, rate, company, **(row or {}))],
					**values,
				},
			)

	def invoice(self, project, qty=1, rate=1000, **values):
		return self.submit(self.draft_invoice(project, qty, rate, **values))

	def draft_journal(
		self, project, amount=500, account=None, company=None, person="Administrator", **values
	):
		import frappe

		company = frappe.get_doc("Company", company or self.world.company)
		rows = [
			{
				"account": account or self.expense_account(company.name),
				"debit_in_account_currency": max(amount, 0),
				"credit_in_account_currency": max(-amount, 0),
				"presales_project": project.name,
			},
			{
				"account": company.default_cash_account,
				"credit_in_account_currency": max(amount, 0),
				"debit_in_account_currency": max(-amount, 0),
				"presales_project": project.name,
			},
		]
		for row in rows:
			row["cost_center"] = company.cost_center
		with self.world.acting_as(person):
			return self.world.insert(
				"Journal Entry",
				**{
					"voucher_type": "Journal Entry",
					"posting_date": self.day,
					"company": company.name,
					"accounts": rows,
					**values,
				},
			)

	def journal(self, project, amount=500, **values):
		return self.submit(self.draft_journal(project, amount, **values))

	def draft_material_request(self, project, qty=10, rate=100, person=None, **values):
		with self.world.acting_as(person or self.surveyor):
			return self.world.insert(
				"Material Request",
				material_request_type="Purchase",
				company=self.world.company,
				transaction_date=self.day,
				schedule_date="2040-01-01",
				items=[
					{
						"item_code": self.world.item,
						"qty": qty,
						"uom": "Nos",
						"rate": rate,
						"schedule_date": "2040-01-01",
						"presales_project": project.name if project else None,
						**values,
					}
				],
			)

	def material_request(self, project, qty=10, rate=100, **values):
		return self.submit(self.draft_material_request(project, qty, rate, **values))

	def draft_order(self, request, rate=100, **values):
		"""An order made from a Material Request with ERPNext's mapping, by the bookkeeper."""
		from erpnext.stock.doctype.material_request.material_request import make_purchase_order

		with self.world.acting_as(self.bookkeeper):
			order = make_purchase_order(request.name)
			order.update(
				{"supplier": self.supplier, "transaction_date": self.day, "currency": "CNY", **values}
			)
			order.schedule_date = "2040-01-01"
			for row in order.items:
				row.rate = rate
				row.schedule_date = "2040-01-01"
			return order.insert()

	def order(self, request, rate=100, **values):
		return self.submit(self.draft_order(request, rate, **values))

	def draft_bill(self, order):
		"""The invoice of an order, made with ERPNext's mapping."""
		from erpnext.buying.doctype.purchase_order.purchase_order import make_purchase_invoice

		with self.world.acting_as(self.bookkeeper):
			invoice = make_purchase_invoice(order.name)
			invoice.update({"set_posting_time": 1, "posting_date": self.day, "due_date": "2040-01-01"})
			for row in invoice.items:
				row.expense_account = self.expense_account()
			return invoice.insert()

	def bill(self, order):
		return self.submit(self.draft_bill(order))

	# ------------------------------------------------------------------------------------- requests

	def draft_request(self, project, amount=1000, person="manager", **values):
		"""A draft that asks for a demonstration kit."""
		with self.world.acting_as(person):
			return self.world.insert(
				"Presales Purchase Request",
				**{
					"presales_project": project.name,
					"title": "Demonstration kit",
					"request_kind": "Within Plan",
					"needed_by": "2040-01-01",
					"items": [{"item_code": self.world.item, "qty": 1, "rate": amount}],
					**values,
				},
			)

	def ask(self, project, amount=1000, person="manager", **values):
		"""A request that waits for its decision."""
		request = self.draft_request(project, amount, person, **values)
		with self.world.acting_as(person):
			request.submit()
		return request

	def approved(self, project, amount=1000, person="manager", decider="director", **values):
		from presales_mgmt import api

		request = self.ask(project, amount, person, **values)
		with self.world.acting_as(decider):
			api.approve_purchase_request(request.name)
		request.reload()
		return request
