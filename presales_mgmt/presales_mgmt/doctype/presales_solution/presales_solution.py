import frappe
from frappe import _
from frappe.utils import cint, flt, strip_html

from presales_mgmt import coverage, solutions
from presales_mgmt.controllers import ProjectRecord
from presales_mgmt.exceptions import CoverageError, SolutionError
from presales_mgmt.gates import engine
from presales_mgmt.gates.rules import Answer, Finding, Requirement
from presales_mgmt.rules import coverage as coverage_rules
from presales_mgmt.rules import solution as rules
from presales_mgmt.rules.validation import (
	refuse,
	require_date_order,
	require_enabled_users,
	require_unique_rows,
)

ROW = "Presales Solution Coverage"
QUANTITIES = ("qty", "quantity")


class PresalesSolution(ProjectRecord):
	"""What is offered to the customer, and how it is carried out (R1.3, R5.3, R5.4, R6.2, R7.4).

	Number and status of a version are written by `presales_mgmt.solutions`, and by nothing else.
	"""

	def validate(self):
		super().validate()
		self.set_responsible()
		self.set_origin()
		self.clear_release()
		self.validate_equipment()
		self.validate_resources()
		self.validate_people()
		self.validate_coverage()

	def before_submit(self):
		self.require_complete()
		solutions.release(self)

	def before_cancel(self):
		super().before_cancel()
		# What it was to cost stays known; an estimate of another solution takes its place.
		self.ignore_linked_doctypes = (*self.ignore_linked_doctypes, "Presales Cost Estimate")
		solutions.withdraw(self)

	def set_responsible(self):
		if not self.responsible:
			self.responsible = frappe.session.user

	def set_origin(self):
		"""From which version it was made: the one that it amends, or the one that it was copied from."""
		before = self.get_doc_before_save()
		if before:
			self.based_on_version = before.based_on_version
		elif self.amended_from:
			self.based_on_version = frappe.db.get_value(self.doctype, self.amended_from, "solution_version")
		elif self.based_on_version:
			origin = {
				"presales_project": self.presales_project,
				"solution_version": cint(self.based_on_version),
				"docstatus": [">", 0],
			}
			if not frappe.db.exists(self.doctype, origin):
				self.based_on_version = 0

	def clear_release(self):
		"""A draft is no version yet, whatever was sent."""
		self.status = solutions.DRAFT
		self.solution_version = 0
		self.submitted_by = self.submitted_on = None

	def validate_equipment(self):
		"""A line names an item that can be ordered, or says in words what is meant (R1.3). One query for the items."""
		for row in self.equipment:
			if not rules.is_described(row.item_code, row.description):
				refuse(row, "Description", None, _("a description, or an item"), SolutionError)
		items = get_items(row.item_code for row in self.equipment)
		for row in self.equipment:
			item = items.get(row.item_code)
			row.item_name = item and item.item_name
			if not item:
				continue  # a free line; Frappe refuses an item that is not there
			if item.disabled or item.has_variants:
				refuse(
					row,
					"Item",
					row.item_code,
					_("an item that is enabled and no template"),
					SolutionError,
				)
			row.uom = row.uom or item.stock_uom

	def validate_resources(self):
		for row in self.resources:
			require_date_order(row, "from_date", "to_date")

	def validate_people(self):
		require_enabled_users([(self, "responsible"), *((row, "responsible") for row in self.quality_checks)])

	def validate_coverage(self):
		"""Each part answers a requirement once, and requirements of this project only. One query."""
		require_unique_rows(self, "coverage", "requirement", "part")
		if not self.coverage:
			return
		needs = {need.name: need for need in coverage.get_needs(self.presales_project)}
		for row in self.coverage:
			need = needs.get(row.requirement)
			if not need:
				refuse(
					row,
					"Requirement",
					row.requirement,
					_("a requirement of project {0}").format(self.presales_project),
					CoverageError,
				)
			row.requirement_title, row.requirement_version = need.title, need.version

	def require_complete(self):
		"""Raise `GateError` with everything that is missing (R7.4)."""
		findings = [*self.lacks(), *self.uncovered()]
		if findings:
			engine.refuse_gate(_("The solution {0} is not complete.").format(self.name), findings)

	def lacks(self) -> list[Finding]:
		"""What is missing, in the form in which gates say it."""
		parts = {part: plain(self.get(part)) for part in rules.PARTS}
		return [self._finding(lack) for lack in rules.missing({**self.as_dict(), **parts})]

	def uncovered(self) -> list[Finding]:
		"""Requirements that must be had, are not met in full, and of which nothing says why."""
		lines = coverage_rules.matrix(
			coverage.get_needs(self.presales_project), coverage.get_rows(self.coverage)
		)
		return [
			Finding(
				Requirement(
					code=f"coverage:{line.need.name}",
					stage=_(self.meta.get_label("coverage"), context=self.doctype),
					kind="Field",
					title=f"{line.need.name} {line.need.title}",
				),
				Answer(
					satisfied=False,
					found=_(line.coverage, context=ROW),
					expected=_("full coverage, or a reason in each row that is not full"),
				),
			)
			for line in coverage_rules.unstated(lines)
		]

	def _finding(self, lack: rules.Lack) -> Finding:
		field = self.meta.get_field(lack.table or lack.fieldname)
		place, title = _(self.doctype), _(field.label, context=self.doctype)
		found, expected = _("nothing"), _("a value")
		if lack.table:
			row = self.get(lack.table)[lack.row - 1]
			place = _("{0}, row {1}").format(title, lack.row)
			title = _(row.meta.get_label(lack.fieldname), context=row.doctype)
			if lack.fieldname in QUANTITIES:
				found, expected = f"{flt(row.get(lack.fieldname)):g}", _("a number above 0")
			elif lack.fieldname == "due_date":
				expected = _("a stage or a date")
		elif lack.fieldname == "feasibility":
			found = _(self.feasibility, context=self.doctype) if self.feasibility else _("nothing")
			expected = _("a solution that can be carried out")
		code = ":".join(map(str, filter(None, (lack.table, lack.row, lack.fieldname))))
		requirement = Requirement(code=code, stage=place, kind="Field", title=title)
		return Finding(requirement, Answer(satisfied=False, found=found, expected=expected))


def get_items(codes) -> dict:
	"""Item code -> what a line of equipment needs to know of the item. One query, however many."""
	codes = sorted({code for code in codes if code})
	if not codes:
		return {}
	return {
		item.name: item
		for item in frappe.get_all(
			"Item",
			filters={"name": ["in", codes]},
			fields=["name", "item_name", "stock_uom", "disabled", "has_variants"],
			order_by="name asc",
		)
	}


def plain(content: str | None) -> str:
	"""The text of a formatted field. A drawing without words says something, too."""
	content = content or ""
	return strip_html(content).strip() or ("<img" if "<img" in content else "")
