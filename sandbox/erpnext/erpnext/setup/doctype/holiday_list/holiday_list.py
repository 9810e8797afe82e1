import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate


class HolidayList(Document):
	def validate(self):
		if getdate(self.from_date) > getdate(self.to_date):
			frappe.throw(_("To Date cannot be before From Date"))
		for row in self.holidays:
			if not getdate(self.from_date) <= getdate(row.holiday_date) <= getdate(self.to_date):
				frappe.throw(
					_("The holiday on {0} is not between From Date and To Date").format(row.holiday_date)
				)
		self.total_holidays = len(self.holidays)


def is_holiday(holiday_list, date=None):
	"""Whether a date, by default today, is in a holiday list."""
	if not holiday_list:
		return False
	return bool(frappe.db.exists("Holiday", {"parent": holiday_list, "holiday_date": getdate(date)}))
