import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, add_years, getdate


class FiscalYear(Document):
	def validate(self):
		self.validate_dates()

	def validate_dates(self):
		"""A fiscal year has twelve months, unless it is a short one."""
		if getdate(self.year_start_date) > getdate(self.year_end_date):
			frappe.throw(_("Fiscal Year Start Date should be one year earlier than Fiscal Year End Date"))
		last_day = add_days(add_years(getdate(self.year_start_date), 1), -1)
		if not self.is_short_year and getdate(self.year_end_date) != last_day:
			frappe.throw(_("Fiscal Year End Date should be one year after Fiscal Year Start Date"))
