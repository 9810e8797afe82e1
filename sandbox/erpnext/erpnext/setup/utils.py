import frappe
from frappe.utils import add_days, flt, getdate, nowdate


@frappe.whitelist()
def get_exchange_rate(from_currency, to_currency, transaction_date=None, args=None):
	"""Return the latest Currency Exchange rate up to a date, 0 if there is none.

	`args` may be "for_buying" or "for_selling". Unlike ERPNext the stand-in asks no web service.
	"""
	if not (from_currency and to_currency):
		return None
	if from_currency == to_currency:
		return 1

	date = getdate(transaction_date or nowdate())
	filters = [
		["date", "<=", date],
		["from_currency", "=", from_currency],
		["to_currency", "=", to_currency],
	]
	if args in ("for_buying", "for_selling"):
		filters.append([args, "=", 1])

	settings = frappe.get_cached_doc("Accounts Settings")
	if not settings.allow_stale:
		filters.append(["date", ">", add_days(date, -settings.stale_days)])

	rates = frappe.get_all(
		"Currency Exchange", filters=filters, pluck="exchange_rate", order_by="date desc", limit=1
	)
	return flt(rates[0]) if rates else 0.0
