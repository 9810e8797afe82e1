import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.utils import cstr, flt, get_datetime, getdate, now_datetime

from presales_mgmt import bidding
from presales_mgmt.controllers import ProjectRecord, keep_reminder_level, read_with_present
from presales_mgmt.exceptions import (
	BidError,
	BondError,
	DateOrderError,
	DuplicateEntryError,
	LifecycleError,
	OutOfRangeError,
	TeamError,
)
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rectification import members_of
from presales_mgmt.rules import bid as rules
from presales_mgmt.rules.validation import (
	NUMBER_FIELDS,
	refuse,
	require_date_order,
	require_storable,
	require_unchanged,
	require_unique_rows,
	require_value,
)
from presales_mgmt.statuses import ABANDONED, LOST, status_label

# Written by the functions of `bidding` and `bonds`.
WRITTEN_ELSEWHERE = (
	"status",
	"submitted_by",
	"submitted_on",
	"late_reason",
	"opened_by",
	"opened_on",
	"winner",
	"winning_price",
	"result_reason",
	"decided_by",
	"decided_on",
	"bond_payment",
	"bond_guarantee",
	"bond_paid_on",
	"base_bond_paid",
	"bond_return_payment",
	"bond_returned_on",
	"base_bond_returned",
	"bond_settlement_reason",
	"bond_settled_by",
	"bond_cancelled_document",
	"bond_earlier_settlement",
)
# What was handed in, and on which terms.
SETTLED_BY_SUBMISSION = (
	"tender_title",
	"tender_number",
	"tenderer",
	"tender_agency",
	"bid_kind",
	"documents_bought_on",
	"questions_until",
	"site_visit",
	"submission_deadline",
	"evaluation_method",
	"technical_weight",
	"commercial_weight",
	"price_weight",
	"price_limit",
	"bid_price",
)
# The bond is tracked further.
SETTLED_BY_RESULT = (*SETTLED_BY_SUBMISSION, "opening")
SETTLED_BY_PAYMENT = ("bond_amount", "bond_currency", "bond_conversion_rate", "bond_kind")

# Each only where both are there. Questions and site visit come in either order.
DATE_ORDER = (
	("documents_bought_on", "questions_until"),
	("documents_bought_on", "site_visit"),
	("documents_bought_on", "submission_deadline"),
	("documents_bought_on", "opening"),
	("questions_until", "submission_deadline"),
	("questions_until", "opening"),
	("site_visit", "submission_deadline"),
	("site_visit", "opening"),
	("submission_deadline", "opening"),
)
WEIGHTS = ("technical_weight", "commercial_weight", "price_weight")

# Date -> where the daily job notes the level of which it has told.
REMINDED = {
	"questions_until": "questions_reminder_level",
	"site_visit": "site_visit_reminder_level",
	"submission_deadline": "submission_reminder_level",
	"opening": "opening_reminder_level",
	"bond_due_back": "bond_reminder_level",
}


class PresalesBid(ProjectRecord):
	"""Our bid in one tender (R7.6, R9.5). See `presales_mgmt.bidding` for its status, `bonds` for its bond."""

	def validate(self):
		super().validate()
		self.set_new()
		self.validate_written_elsewhere()
		self.validate_settled()
		self.validate_running_project()
		self.validate_only_open_bid()
		self.set_project_values()
		self.set_tenderer()
		self.validate_dates()
		self.validate_weights()
		self.set_envelope_items()
		self.validate_responsible()
		self.set_done_marks()
		self.validate_clarifications()
		self.validate_bidders()
		self.set_ranks()
		self.set_bond()
		self.validate_bond()
		self.set_amounts()
		self.set_reminder_levels()

	def validate_project(self):
		# A bond that is out is somebody's money: it comes back also when the project is closed.
		if not self.flags.by_bond:
			super().validate_project()

	def set_new(self):
		if self.is_new():
			self.update(dict.fromkeys(WRITTEN_ELSEWHERE))
			self.status, self.bond_status = rules.PREPARING, rules.NOT_NEEDED

	def validate_written_elsewhere(self):
		before = self.get_doc_before_save()
		if before and not self.flags.by_function:
			require_unchanged(self, before, WRITTEN_ELSEWHERE, BidError)
			# Whether one is needed follows from its amount, see `set_bond`.
			require_unchanged(self, before, ("bond_status",), BondError)

	def validate_settled(self):
		"""A bid stands as it was handed in, a result as it was opened. What is known of the tender is added."""
		before = self.get_doc_before_save()
		if not before or self.flags.by_function:
			return
		if before.status != rules.PREPARING:
			decided = before.status not in rules.OPEN_STATUSES
			require_unchanged(self, before, SETTLED_BY_RESULT if decided else SETTLED_BY_SUBMISSION, BidError)
			for table in ("envelope", "clarifications", "bidders") if decided else ("envelope",):
				self.require_same_rows(before, table)
				# Rows that are sent without their names would be taken for new ones, with stamps of their own.
				self.set(table, before.get(table))
		if before.bond_status in rules.BOND_SETTLED:
			require_unchanged(self, before, SETTLED_BY_PAYMENT, BondError)
		if before.bond_status in (rules.RETURNED, rules.FORFEITED):
			require_unchanged(self, before, ("bond_due_back",), BondError)

	def require_same_rows(self, before, table: str):
		if _entered(self, table) != _entered(before, table):
			frappe.throw(
				_("{0} of {1} cannot be changed: its status is {2}.").format(
					_(self.meta.get_label(table), context=self.doctype),
					self.name,
					_(before.status, context=self.doctype),
				),
				exc=BidError,
			)

	def validate_running_project(self):
		"""Nobody bids for what is lost or given up."""
		if not self.is_new():
			return
		status = frappe.db.get_value(PROJECT, self.presales_project, "status")
		if status in (LOST, ABANDONED):
			refuse(
				self,
				"Presales Project",
				f"{self.presales_project} ({status_label(status)})",
				_("a project that is neither lost nor abandoned"),
				LifecycleError,
			)

	def validate_only_open_bid(self):
		"""A tender that failed is run again; but one bid of a project is under way at a time."""
		before = self.get_doc_before_save()
		if self.status not in rules.OPEN_STATUSES or (before and before.status in rules.OPEN_STATUSES):
			return
		# Of two people who begin a bid at once, one has to wait, and is refused.
		frappe.db.get_value(PROJECT, self.presales_project, "name", for_update=True)
		other = read_with_present(
			self.doctype,
			["name", "status"],
			{
				"presales_project": self.presales_project,
				"status": ["in", rules.OPEN_STATUSES],
				"name": ["!=", self.name or ""],
			},
			order_by="creation asc",
		)
		if other:
			frappe.throw(
				_("Project {0} already has a bid under way: {1} ({2}).").format(
					self.presales_project, other[0].name, _(other[0].status, context=self.doctype)
				),
				exc=DuplicateEntryError,
			)

	def set_project_values(self):
		"""Company, currency and its rate are those of the project, as they were when the bid was handed in."""
		before = self.get_doc_before_save()
		if before and before.status != rules.PREPARING:
			project = before
		else:
			project = frappe.db.get_value(
				PROJECT, self.presales_project, ["company", "currency", "conversion_rate"], as_dict=True
			)
		self.company, self.currency = project.company, project.currency
		self.conversion_rate = project.conversion_rate

	def set_tenderer(self):
		before = self.get_doc_before_save()
		if not self.tenderer and not before:
			party_type, party, name = frappe.db.get_value(
				PROJECT, self.presales_project, ["party_type", "party", "customer_name"]
			)
			if party_type == rules.CUSTOMER:
				self.tenderer = party
			else:
				self.tenderer_name = name
		if self.tenderer and not (before and before.tenderer == self.tenderer):
			self.tenderer_name = frappe.db.get_value("Customer", self.tenderer, "customer_name")
		elif before:
			self.tenderer_name = before.tenderer_name

	def validate_dates(self):
		for first, second in DATE_ORDER:
			require_date_order(self, first, second)
		deadline = self.submission_deadline
		if deadline and self.bond_due_back and getdate(self.bond_due_back) < getdate(deadline):
			refuse(
				self,
				"Bond Due Back",
				self.get_formatted("bond_due_back"),
				_("not before {0} ({1})").format(
					_("Submission Deadline", context=self.doctype),
					self.get_formatted("submission_deadline"),
				),
				DateOrderError,
			)

	def validate_weights(self):
		total = flt(sum(flt(self.get(fieldname)) for fieldname in WEIGHTS), 2)
		required = rules.required_weight(self.evaluation_method, total)
		if required == 0:
			self.update(dict.fromkeys(WEIGHTS, 0))
		elif required and total != required:
			refuse(self, "Price Weight", f"{total:g}", _("weights that add up to 100"), OutOfRangeError)

	def set_envelope_items(self):
		"""A new bid begins with an item for each part of the envelope."""
		if self.is_new() and not self.envelope:
			for part, item in (
				("Technical", _("Technical bid")),
				("Commercial", _("Commercial bid")),
				("Price", _("Bid price, in a cover of its own")),
				("Qualification", _("Qualification documents")),
			):
				self.append("envelope", {"part": part, "item": item})

	def validate_responsible(self):
		before = self.rows_before("envelope")
		new = [
			row
			for row in self.envelope
			if row.responsible and (row.name not in before or before[row.name].responsible != row.responsible)
		]
		members = members_of(self.presales_project) if new else ()
		for row in new:
			if row.responsible not in members:
				refuse(
					row, "Responsible", row.responsible, _("somebody of the team or a supervisor"), TeamError
				)

	def set_done_marks(self):
		"""Who did an item and when is what the server knows, whatever was sent."""
		before = self.rows_before("envelope")
		for row in self.envelope:
			old = before.get(row.name)
			if not row.done:
				row.done_on = row.done_by = None
			elif old and old.done:
				row.done_on, row.done_by = old.done_on, old.done_by
			else:
				row.done_on, row.done_by = now_datetime(), frappe.session.user

	def validate_clarifications(self):
		for row in self.clarifications:
			require_date_order(row, "asked_on", "answered_on")
			if row.answered_on:
				require_value(row, "answer")
			elif row.answer:
				row.answered_on = getdate()

	def validate_bidders(self):
		for row in self.bidders:
			if row.is_ourselves:
				row.competitor = None
			else:
				require_value(row, "competitor")
		require_unique_rows(self, "bidders", "competitor", "is_ourselves")

	def set_ranks(self):
		for row, rank in zip(self.bidders, rules.ranks(self.bidders, self.evaluation_method), strict=True):
			row.rank = rank

	def set_bond(self):
		self.bond_currency = self.bond_currency or self.currency
		if self.bond_currency == self.company_currency():
			self.bond_conversion_rate = 1
		elif not flt(self.bond_conversion_rate):
			self.bond_conversion_rate = self.conversion_rate
		if self.bond_status not in rules.BOND_SETTLED:
			self.bond_status = rules.TO_BE_PAID if flt(self.bond_amount) else rules.NOT_NEEDED

	def validate_bond(self):
		allowed = dict.fromkeys((self.currency, self.company_currency()))
		if self.bond_currency not in allowed:
			refuse(self, "Bond Currency", self.bond_currency, _(" or ").join(allowed), BondError)
		if self.bond_status == rules.PAID and not self.bond_due_back:
			refuse(self, "Bond Due Back", None, _("a date, so that the bond is not forgotten"), BondError)

	def set_amounts(self):
		for fieldname in ("price_limit", "bid_price", "winning_price"):
			self.set_base(self, fieldname, self.conversion_rate)
		for row in self.bidders:
			self.set_base(row, "price", self.conversion_rate)
		self.set_base(self, "bond_amount", self.bond_conversion_rate)
		if flt(self.bond_amount) and not flt(self.base_bond_amount):
			# Any payment would be enough for it.
			refuse(
				self,
				"Bond Exchange Rate",
				self.bond_conversion_rate,
				_("a rate at which the bond is worth something"),
				OutOfRangeError,
			)

	def set_base(self, row, fieldname: str, rate: float):
		"""The amount in company currency beside the one in the currency of the project or of the bond."""
		base = f"base_{fieldname}"
		row.set(base, flt(flt(row.get(fieldname)) * flt(rate), row.precision(base)))
		require_storable(row, base)

	def set_reminder_levels(self):
		for date_field, level_field in REMINDED.items():
			keep_reminder_level(self, date_field, level_field)
		if self.has_value_changed("bond_status"):
			self.bond_reminder_level = 0  # a bond that is out again waits anew

	def on_update(self):
		if self.opened_on:
			bidding.carry_competitors(self)

	def on_trash(self):
		super().on_trash()
		if self.status != rules.PREPARING or self.bond_status in rules.BOND_SETTLED:
			frappe.throw(
				_("{0} cannot be deleted: its status is {1}, the status of its bond {2}.").format(
					self.name,
					_(self.status, context=self.doctype),
					_(self.bond_status, context=self.doctype),
				),
				exc=BidError,
			)

	def company_currency(self) -> str:
		return frappe.get_cached_value("Company", self.company, "default_currency")

	def rows_before(self, table: str) -> dict:
		"""The rows as they are stored, by name."""
		before = self.get_doc_before_save()
		return {row.name: row for row in before.get(table)} if before else {}

	def get_item(self, name: str):
		"""The item `name` of the envelope. Raises `frappe.DoesNotExistError` when there is none."""
		for row in self.envelope:
			if row.name == name:
				return row
		frappe.throw(
			_("{0} {1} not found").format(_("Presales Bid Envelope Item"), frappe.utils.escape_html(name)),
			exc=frappe.DoesNotExistError,
		)


def _entered(doc, table: str) -> list[list]:
	"""What people have entered in the rows of `table`, in a form in which it can be compared."""
	return [
		[
			_comparable(row.get(df.fieldname), df)
			for df in row.meta.fields
			if df.fieldtype not in no_value_fields and not df.read_only
		]
		for row in doc.get(table)
	]


def _comparable(value, df):
	if df.fieldtype in NUMBER_FIELDS:
		return flt(value, 6)
	if value and df.fieldtype in ("Date", "Datetime"):
		return get_datetime(value)
	return cstr(value)
