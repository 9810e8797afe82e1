"""Statuses that follow from a document's own values and from the documents linked to it."""

from frappe import _
from frappe.model.document import Document
from frappe.utils import flt


def _order_is(delivered, billed):
	"""Rule for a submitted order: fully delivered (or not to be delivered), fully billed."""

	def rule(doc):
		is_delivered = bool(flt(doc.per_delivered) >= 100 or doc.skip_delivery_note)
		is_billed = flt(doc.per_billed) >= 100
		return doc.docstatus == 1 and (is_delivered, is_billed) == (delivered, billed)

	return rule


# The first rule that holds gives the status; where none holds the status stays as it is.
_RULES = {
	"Lead": (
		("Converted", lambda doc: doc.has_customer()),
		("Quotation", lambda doc: doc.has_quotation()),
		("Opportunity", lambda doc: doc.has_opportunity()),
		("Lost Quotation", lambda doc: doc.has_lost_quotation()),
	),
	"Opportunity": (
		("Closed", lambda doc: doc.status == "Closed"),
		("Converted", lambda doc: doc.has_ordered_quotation()),
		("Quotation", lambda doc: doc.has_active_quotation()),
		("Lost", lambda doc: doc.status == "Lost" or doc.has_lost_quotation()),
	),
	"Quotation": (
		("Cancelled", lambda doc: doc.docstatus == 2),
		("Ordered", lambda doc: doc.is_fully_ordered()),
		("Partially Ordered", lambda doc: doc.is_partially_ordered()),
		("Lost", lambda doc: doc.status == "Lost"),
		("Open", lambda doc: doc.docstatus == 1),
		("Draft", lambda doc: True),
	),
	"Sales Order": (
		("On Hold", lambda doc: doc.status == "On Hold"),
		("Closed", lambda doc: doc.status == "Closed" and doc.docstatus != 2),
		("Cancelled", lambda doc: doc.docstatus == 2),
		("Completed", _order_is(delivered=True, billed=True)),
		("To Deliver", _order_is(delivered=False, billed=True)),
		("To Bill", _order_is(delivered=True, billed=False)),
		("To Deliver and Bill", _order_is(delivered=False, billed=False)),
		("Draft", lambda doc: True),
	),
	"Material Request": (
		("Stopped", lambda doc: doc.status == "Stopped"),
		("Cancelled", lambda doc: doc.docstatus == 2),
		("Ordered", lambda doc: doc.docstatus == 1 and flt(doc.per_ordered) >= 100),
		("Partially Ordered", lambda doc: doc.docstatus == 1 and flt(doc.per_ordered)),
		("Pending", lambda doc: doc.docstatus == 1),
		("Draft", lambda doc: True),
	),
	"Purchase Order": (
		("Closed", lambda doc: doc.status == "Closed" and doc.docstatus != 2),
		("Cancelled", lambda doc: doc.docstatus == 2),
		("To Receive and Bill", lambda doc: doc.docstatus == 1),
		("Draft", lambda doc: True),
	),
}
_NOT_COMMENTED = ("Cancelled", "Partially Ordered", "Ordered")


class StatusUpdater(Document):
	"""A document whose status follows from rules."""

	def set_status(self, update=False, status=None, update_modified=True):
		"""Set the status that the rules give, starting from `status` if given; write it if `update`."""
		if self.is_new():
			if self.get("amended_from"):
				self.status = "Draft"
			return

		before = self.status
		if status and update:
			# As in ERPNext v15, what was asked for is there for a moment, whatever the rules give.
			self.db_set("status", status)
		self.status = status or self.status
		self.status = next((name for name, rule in _RULES[self.doctype] if rule(self)), self.status)

		if self.status != before and self.status not in _NOT_COMMENTED:
			self.add_comment("Label", _(self.status))
		if update:
			self.db_set("status", self.status, update_modified=update_modified)
