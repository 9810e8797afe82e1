import frappe
from frappe import _
from frappe.utils import flt, now_datetime

from presales_mgmt import costing, versioning
from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import CompanyMismatchError, CostingError, OutOfRangeError
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules import costing as rules
from presales_mgmt.rules.validation import refuse, require_storable

# Which total has the cost of which kind of line.
TOTALS = {
	rules.EQUIPMENT: "equipment_cost",
	rules.LABOUR: "labour_cost",
	rules.INSTALLATION: "installation_cost",
	rules.PURCHASE: "purchase_cost",
	rules.OTHER: "other_cost",
}
HOUR = "Hour"
REGISTER = ("register_exposure", "register_risks", "register_taken_on")


class PresalesCostEstimate(ProjectRecord):
	"""What a deal costs, line by line, and what is left of its price (R1.5, R5.8). Finance submits it.

	Its versions are kept by `presales_mgmt.versioning`; what approves it is told by `presales_mgmt.costing`.
	"""

	def validate(self):
		super().validate()
		self.set_project_values()
		versioning.number_version(self)
		self.clear_submission()
		self.validate_solution()
		self.set_items()
		self.validate_lines()
		self.validate_employees()
		self.set_labour()
		self.set_reserve()
		self.validate_reserve()
		self.set_figures()

	def before_submit(self):
		versioning.require_newest(self)
		self.require_current_solution()
		self.responsible = frappe.session.user
		self.submitted_on = now_datetime()

	def on_submit(self):
		costing.follow_current(self.presales_project, versioning.make_current(self))

	def before_cancel(self):
		super().before_cancel()
		# What was offered by it stands; the next version of the offer rests on another estimate.
		self.ignore_linked_doctypes = (*self.ignore_linked_doctypes, "Quotation")

	def on_cancel(self):
		costing.follow_current(self.presales_project, versioning.withdraw(self))

	def set_project_values(self):
		"""Company, currency and exchange rate are those of the project; a submitted version keeps its own."""
		project = frappe.db.get_value(
			PROJECT,
			self.presales_project,
			["company", "project_title", "currency", "conversion_rate"],
			as_dict=True,
		)
		self.update(project)

	def clear_submission(self):
		"""A draft has not been submitted by anybody, whatever was sent."""
		self.responsible = self.submitted_on = None

	def validate_solution(self):
		"""What is costed is a solution of the same project (R1.5)."""
		if not self.presales_solution:
			return
		project = frappe.db.get_value(costing.SOLUTION, self.presales_solution, "presales_project")
		if project != self.presales_project:
			refuse(
				self,
				"Solution",
				self.presales_solution,
				_("a record of project {0}").format(self.presales_project),
				CostingError,
			)

	def require_current_solution(self):
		"""The project's cost is that of what is offered: of no draft, and of no version that was superseded."""
		if not self.presales_solution:
			return
		status = frappe.db.get_value(costing.SOLUTION, self.presales_solution, "status")
		if status != versioning.CURRENT:
			refuse(
				self,
				"Solution",
				f"{self.presales_solution} ({_(status, context=costing.SOLUTION)})",
				_("the current solution of project {0}").format(self.presales_project),
				CostingError,
			)

	def set_items(self):
		"""Description and unit are those of the item, unless others are stated. One query for all rows."""
		names = sorted({row.item_code for row in self.lines if row.item_code})
		if not names:
			return
		items = {
			item.name: item
			for item in frappe.get_all(
				"Item",
				filters={"name": ["in", names]},
				fields=["name", "item_name", "stock_uom"],
				order_by="name asc",
			)
		}
		for row in self.lines:
			if item := items.get(row.item_code):
				row.description = row.description or item.item_name
				row.uom = row.uom or item.stock_uom

	def validate_lines(self):
		for row in self.lines:
			if row.cost_kind == rules.LABOUR:
				row.description = row.description or row.activity_type
			else:
				row.activity_type = row.employee = None
			if not (row.description or "").strip():
				refuse(row, "Description", None, _("an item or a description"), CostingError)
			if flt(row.qty) <= 0:
				refuse(row, "Quantity", row.qty, _("a number above 0"), OutOfRangeError)

	def validate_employees(self):
		"""Nobody of another company is costed here: what they cost stands in other books. One query for all rows."""
		names = sorted({row.employee for row in self.lines if row.employee})
		if not names:
			return
		companies = dict(
			frappe.get_all(
				"Employee",
				filters={"name": ["in", names]},
				fields=["name", "company"],
				order_by="name asc",
				as_list=True,
			)
		)
		for row in self.lines:
			found = companies.get(row.employee)
			if found and found != self.company:
				refuse(
					row,
					"Employee",
					f"{row.employee} ({found})",
					_("a record of company {0}").format(self.company),
					CompanyMismatchError,
				)

	def set_labour(self):
		"""Hours without a rate cost what ERPNext's Activity Cost says."""
		labour = [row for row in self.lines if row.cost_kind == rules.LABOUR]
		if any(not row.uom for row in labour) and frappe.db.exists("UOM", HOUR, cache=True):
			for row in labour:
				row.uom = row.uom or HOUR
		unrated = [row for row in labour if row.activity_type and not flt(row.unit_cost)]
		rates = costing.get_labour_rates(((row.activity_type, row.employee) for row in unrated), self.company)
		for row in unrated:
			row.unit_cost = rates[row.activity_type, row.employee or None]

	def set_reserve(self):
		"""A new estimate takes its reserve from the register; later that is done by the button alone."""
		before = self.get_doc_before_save()
		if not before:
			stated, reason = flt(self.risk_reserve), self.reserve_reason
			self.take_reserve()
			# A copy brings the reserve of that time, which is no decision of this one.
			if reason or (stated and not self.amended_from):
				self.risk_reserve, self.reserve_reason = stated, reason
			self.flags.takes_reserve = False
		elif not self.flags.pop("takes_reserve", False):
			for fieldname in REGISTER:
				self.set(fieldname, before.get(fieldname))

	def take_reserve(self):
		"""Make the reserve what the open risks of the project come to now (R5.5, R5.6)."""
		self.update(costing.get_register(self.presales_project))
		self.risk_reserve = self.register_exposure
		self.reserve_reason = None
		self.flags.takes_reserve = True

	def validate_reserve(self):
		precision = self.precision("risk_reserve")
		self.risk_reserve = flt(self.risk_reserve, precision)
		if (
			self.risk_reserve != flt(self.register_exposure, precision)
			and not (self.reserve_reason or "").strip()
		):
			refuse(
				self,
				"Risk Reserve",
				self.get_formatted("risk_reserve"),
				_("{0}, as the risk register has it, or a reason of another reserve").format(
					self.get_formatted("register_exposure")
				),
				CostingError,
			)

	def set_figures(self):
		"""All amounts, by the formulas of `rules.costing`."""
		rate = flt(self.conversion_rate)
		rounded = costing.rounding_of(self)
		for row in self.lines:
			# As ERPNext does it, so that a quotation of the same prices comes to the same amount.
			row.unit_cost, row.selling_price = rounded(flt(row.unit_cost)), rounded(flt(row.selling_price))
			row.base_selling_price = rounded(row.selling_price * rate)
		figures, totals = rules.compute(self.get_rule_lines(), flt(self.risk_reserve), rate, rounded)
		for row, line in zip(self.lines, figures, strict=True):
			row.cost_amount = line.cost
			row.selling_amount = line.selling
			row.base_selling_amount = line.base_selling
			row.margin = line.margin
			row.margin_percent = line.margin_percent
		for kind, fieldname in TOTALS.items():
			self.set(fieldname, totals.by_kind[kind])
		self.lines_cost = totals.lines_cost
		self.total_cost = totals.total_cost
		self.selling_total = totals.selling
		self.base_selling_total = totals.base_selling
		self.margin = totals.margin
		self.margin_percent = totals.margin_percent
		self.markup_percent = totals.markup_percent
		self.validate_size()

	def validate_size(self):
		"""What has been computed must fit into its fields, as what is typed must."""
		for row in (*self.lines, self):
			for df in row.meta.get("fields", {"fieldtype": "Currency"}):
				require_storable(row, df.fieldname)

	def get_rule_lines(self) -> list[rules.Line]:
		return [
			rules.Line(row.cost_kind, flt(row.qty), flt(row.unit_cost), flt(row.selling_price))
			for row in self.lines
		]
