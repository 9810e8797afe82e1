import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from presales_mgmt import initiation, lifecycle, losses, quotations
from presales_mgmt.compat import set_before
from presales_mgmt.cost_of_sale import FIGURES
from presales_mgmt.exceptions import (
	CompanyMismatchError,
	DateOrderError,
	LifecycleError,
	OutOfRangeError,
	ProcessError,
	TeamError,
	WrongTypeError,
)
from presales_mgmt.overrides.common import refuse_second_project
from presales_mgmt.permissions.delegation import acting_for
from presales_mgmt.permissions.visibility import get_project_roles, sees_everything
from presales_mgmt.presales_mgmt.doctype.presales_process.presales_process import freeze
from presales_mgmt.rules.followup import SUPERVISOR_ROLES, is_own_matter
from presales_mgmt.rules.handover import ACCEPTED, OFFERED, responsible
from presales_mgmt.rules.validation import (
	refuse,
	refuse_own_supervision,
	require_date_order,
	require_unique_rows,
	require_value,
	set_full_names,
	validate_input,
)
from presales_mgmt.statuses import CLOSED, DRAFT, INITIATION, status_label

SETTLED = ("company", "currency")
# Otherwise a leader could lead the project, step aside and approve it, or what is approved be not what was reviewed.
SETTLED_BY_APPLICATION = (
	*SETTLED,
	"director",
	"manager",
	"project_title",
	"party",
	"expected_amount",
	"conversion_rate",
	"goal",
	"scope",
	"project_class",
	"person_months",
)

PARTY_TYPES = ("Customer", "Lead", "Prospect")

TEAM_ROLES = (
	"Director",
	"Manager",
	"Planning Manager",
	"Engineer",
	"Finance",
	"Legal",
	"Document Controller",
	"Delivery Manager",
	"Member",
	"Reviewer",
)

# Written by the engine, the lifecycle and ERPNext's documents, never by saving a form.
WRITTEN_ELSEWHERE = (
	"stage",
	"stage_entered_on",
	"quotation",
	"base_quoted_amount",
	"sales_order",
	"base_won_amount",
	"contract",
	"base_contract_amount",
	"won_on",
	"applied_by",
	"applied_on",
	"approved_by",
	"approved_on",
	"closed_on",
	"decided_on",
	"status_before_win",
	"initiation",
	"cost_estimate",
	"base_estimated_cost",
	"handover",
	"handover_status",
	"delivery_manager",
	"handed_over_on",
	"erpnext_project",
)
# Written by ERPNext's documents that cost something (R7.1).
COST_OF_SALE = (*FIGURES, "budget_warned")
# Follow from the application for initiation, where the company asks for one (R8.7, R9.2).
WRITTEN_BY_INITIATION = ("project_class", "person_months", "is_large_project")


class PresalesProject(Document):
	"""The pursuit of one deal, from opportunity to handover."""

	def before_validate(self):
		if not self.presales_process and self.company:
			settings = frappe.get_cached_doc("Presales Settings")
			self.presales_process = settings.get_for_company("default_process", self.company)

	def validate(self):
		for fieldname in ("company", "presales_process"):
			require_value(self, fieldname)
		validate_input(self)
		self.keep_cost_of_sale()
		self.validate_written_elsewhere()
		self.validate_settled()
		self.validate_budget()
		self.validate_strategy()
		self.validate_appointments()
		self.set_party()
		self.set_offer()
		self.set_currency()
		self.set_process_version()
		self.set_team()
		self.validate_team()
		self.set_responsible()
		self.validate_opportunity()
		self.validate_dates()
		initiation.validate_supervision(self, self.get_doc_before_save())
		lifecycle.validate_status_change(self, self.status_before())
		self.set_amounts()
		self.set_size()

	def on_update(self):
		if self.flags.links_opportunity:
			frappe.db.set_value(
				"Opportunity", self.opportunity, "presales_project", self.name, update_modified=False
			)
		lifecycle.after_status_change(self, self.status_before())

	def tell_changed_offer(self, quotation: str | None, base_quoted_amount: float):
		"""Tell notifications, webhooks and other apps of an offer that `quotations` has written; the arguments are what
		was there before.
		"""
		set_before(self, quotation=quotation, base_quoted_amount=base_quoted_amount)
		self.run_method("on_change")

	def on_trash(self):
		if self.status != DRAFT:
			frappe.throw(
				_("{0} cannot be deleted: its status is {1}, expected {2}. Abandon it instead.").format(
					self.name, status_label(self.status), status_label(DRAFT)
				),
				exc=LifecycleError,
			)
		if self.opportunity:
			frappe.db.set_value("Opportunity", self.opportunity, "presales_project", None)

	def status_before(self) -> str | None:
		"""The status in the database; None for a new project."""
		before = self.get_doc_before_save()
		return before.status if before else None

	def validate_written_elsewhere(self):
		before = self.get_doc_before_save()
		fieldnames = WRITTEN_ELSEWHERE
		if initiation.is_required():
			fieldnames = (*fieldnames, *WRITTEN_BY_INITIATION)
		for fieldname in fieldnames:
			df = self.meta.get_field(fieldname)
			found = self.get(fieldname)
			expected = before.get(fieldname) if before else None
			if not found and not expected:
				continue
			if before and self.cast(found, df) == self.cast(expected, df):
				continue
			refuse(
				self,
				df.label,
				found,
				_("no change by hand ({0})").format(expected or _("empty")),
				LifecycleError,
			)

	def keep_cost_of_sale(self):
		"""What was spent is written by ERPNext's documents at any time, so that a form does not know the latest: what
		it sends is left aside instead of refused.
		"""
		before = self.get_doc_before_save()
		for fieldname in COST_OF_SALE:
			self.set(fieldname, before.get(fieldname) if before else 0)

	def validate_budget(self):
		"""The budget comes with the approved application; the director alone changes it afterwards (R9.6, R6.3)."""
		before = self.get_doc_before_save()
		if flt(self.presales_budget) == flt(before.presales_budget if before else 0):
			return
		user = frappe.session.user
		if user == "Administrator" or (before and "Director" in get_project_roles(self.name, user)):
			return
		refuse(
			self,
			self.meta.get_label("presales_budget"),
			self.presales_budget,
			_("no change but by the director of the project"),
			LifecycleError,
		)

	def validate_settled(self):
		"""What a project has been initiated with is not exchanged afterwards; a closed one is not changed at all."""
		before = self.get_doc_before_save()
		if not before or before.status == DRAFT:
			return
		if before.status == CLOSED:
			frappe.throw(
				_("Project {0} is closed and cannot be changed.").format(self.name), exc=LifecycleError
			)
		settled = SETTLED_BY_APPLICATION if before.status == INITIATION else SETTLED
		for fieldname in settled:
			df = self.meta.get_field(fieldname)
			if self.cast(self.get(fieldname), df) != self.cast(before.get(fieldname), df):
				refuse(
					self,
					df.label,
					self.get(fieldname),
					_("{0}, as the project was submitted with").format(before.get(fieldname) or _("nothing")),
					LifecycleError,
				)
		if before.director:
			require_value(self, "director")

	def validate_strategy(self):
		"""While management evaluates the project, its strategy is set by leaders whose matter it is not (R9.9)."""
		before = self.get_doc_before_save()
		if not before or before.status != INITIATION or (self.strategy or None) == (before.strategy or None):
			return
		user = frappe.session.user
		own = is_own_matter(acting_for(user), before.director, before.manager, before.applied_by)
		if own or not sees_everything(user):
			refuse(
				self,
				"Strategy",
				_(self.strategy or ""),
				_("no change until management has decided"),
				LifecycleError,
			)

	def validate_appointments(self):
		"""Director, manager and supervisors are appointed by the director or by leaders (R9.5, R9.9).

		While the project is a draft its manager may do so, too.
		"""
		before = self.get_doc_before_save()
		user = frappe.session.user
		if not before or self.flags.ignore_permissions or sees_everything(user):
			return

		def appointed(doc):
			supervisors = {(row.user, row.project_role, bool(row.active)) for row in doc.supervisors}
			return doc.director, doc.manager, supervisors

		if appointed(self) == appointed(before):
			return
		allowed = {"Director", "Manager"} if before.status == DRAFT else {"Director"}
		if not get_project_roles(self.name, user) & allowed:
			frappe.throw(
				_(
					"Director, manager and supervisors of {0} are appointed by its director or by a leader."
				).format(self.name),
				exc=frappe.PermissionError,
			)

	def set_party(self):
		if not self.party or not self.party_type:
			return
		if self.party_type not in PARTY_TYPES:
			refuse(self, "Party Type", self.party_type, ", ".join(map(_, PARTY_TYPES)), WrongTypeError)
		if self.is_new() or self.has_value_changed("party") or self.has_value_changed("party_type"):
			title_field = frappe.get_meta(self.party_type).get_title_field()
			self.customer_name = (
				frappe.get_cached_value(self.party_type, self.party, title_field) or self.party
			)
		else:
			self.customer_name = self.get_doc_before_save().customer_name

	def set_offer(self):
		"""Of offers to several bidders, that to the project's own party stands for the deal."""
		before = self.get_doc_before_save()
		if before and before.quotation and (self.party_type, self.party) != (before.party_type, before.party):
			self.quotation, self.base_quoted_amount = quotations.choose_offer(self)

	def set_currency(self):
		company_currency = frappe.get_cached_value("Company", self.company, "default_currency")
		self.currency = self.currency or company_currency
		if self.currency == company_currency:
			self.conversion_rate = 1
		if flt(self.conversion_rate) <= 0:
			refuse(self, "Exchange Rate", self.conversion_rate, _("a number above 0"), OutOfRangeError)

	def set_process_version(self):
		"""Freeze the process. While the project is a draft it follows the latest version; afterwards it keeps its own."""
		before = self.get_doc_before_save()
		if before and before.status != DRAFT:
			if self.presales_process != before.presales_process:
				refuse(self, "Process", self.presales_process, before.presales_process, ProcessError)
			self.process_version = before.process_version
			return
		process = frappe.get_cached_doc("Presales Process", self.presales_process)
		if not process.enabled:
			refuse(self, "Process", self.presales_process, _("a process that is enabled"), ProcessError)
		if process.only_for_company and process.only_for_company != self.company:
			refuse(
				self,
				"Process",
				f"{process.name} ({process.only_for_company})",
				_("a process for company {0}").format(self.company),
				CompanyMismatchError,
			)
		latest = process.version_name()
		# What the draft runs on is frozen already.
		self.process_version = latest if before and before.process_version == latest else freeze(process)

	def set_team(self):
		"""Director and manager are members of the team, so that one table tells who sees the project."""
		self.manager = self.manager or frappe.session.user
		for fieldname, project_role in (("director", "Director"), ("manager", "Manager")):
			user = self.get(fieldname)
			for row in self.team:
				if row.project_role == project_role and row.user != user:
					row.project_role = "Member"
			if not user:
				continue
			row = next(
				(row for row in self.team if row.user == user and row.project_role == project_role), None
			)
			if row:
				row.active = 1
			else:
				self.append("team", {"user": user, "project_role": project_role, "active": 1})
		self.keep_delivery_manager()
		self.remove_repeated_members()
		if self.is_new() and not self.flags.ignore_permissions:
			self.keep_creator_on_team()
		set_full_names([*self.team, *self.supervisors])

	def remove_repeated_members(self):
		"""Somebody who stops leading and was a member already is one member, not two."""
		seen = set()
		for row in list(self.team):
			key = (row.user, row.project_role)
			if key in seen and row.project_role == "Member":
				self.remove(row)
			seen.add(key)

	def keep_creator_on_team(self):
		"""Who creates a project for others does not lose sight of it."""
		user = frappe.session.user
		if user != "Administrator" and user not in {row.user for row in (*self.team, *self.supervisors)}:
			self.append("team", {"user": user, "project_role": "Member", "active": 1})

	def keep_delivery_manager(self):
		"""Who is to take the project over, or has done so, does not lose sight of it (R1.8)."""
		if self.handover_status not in (OFFERED, ACCEPTED):
			return
		user, role = self.delivery_manager, "Delivery Manager"
		row = next((row for row in self.team if (row.user, row.project_role) == (user, role)), None)
		if row:
			row.active = 1
		else:
			self.append("team", {"user": user, "project_role": role, "active": 1})

	def set_responsible(self):
		"""The manager, until the handover is accepted (R1.10)."""
		self.responsible = responsible(self.handover_status, self.manager, self.delivery_manager)

	def validate_team(self):
		require_unique_rows(self, "team", "user", "project_role")
		require_unique_rows(self, "supervisors", "user", "project_role")
		for table, allowed in (("team", TEAM_ROLES), ("supervisors", SUPERVISOR_ROLES)):
			for row in self.get(table):
				if row.project_role not in allowed:
					refuse(
						row,
						"Project Role",
						_(row.project_role),
						", ".join(_(role) for role in allowed),
						TeamError,
					)
		active = [row for row in self.supervisors if row.active]
		refuse_own_supervision(active, self.director, self.manager)

	def validate_opportunity(self):
		"""A project may be linked to an opportunity once, at its creation or later, and stays with it."""
		before = self.get_doc_before_save()
		linked = before.opportunity if before else None
		if (self.opportunity or None) == (linked or None):
			return
		if linked:
			refuse(self, "Opportunity", self.opportunity, linked, LifecycleError)
		self.lock_opportunity()
		self.flags.links_opportunity = True

	def lock_opportunity(self):
		"""Of two people who make a project from one opportunity at once, one has to wait, and is refused."""
		if not self.flags.ignore_permissions:
			frappe.has_permission("Opportunity", "read", doc=self.opportunity, throw=True)
		opportunity = frappe.db.get_value(
			"Opportunity",
			self.opportunity,
			["name", "presales_project", "company", "status"],
			as_dict=True,
			for_update=True,
		)
		if opportunity.presales_project and opportunity.presales_project != self.name:
			refuse_second_project(self.opportunity, opportunity.presales_project)
		if opportunity.company != self.company:
			refuse(
				self,
				"Opportunity",
				f"{self.opportunity} ({opportunity.company})",
				_("a record of company {0}").format(self.company),
				CompanyMismatchError,
			)
		if opportunity.status in ("Lost", "Closed"):
			refuse(
				self,
				"Opportunity",
				f"{self.opportunity}: {_(opportunity.status)}",
				_("an opportunity that is neither lost nor closed"),
				LifecycleError,
			)

	def validate_dates(self):
		require_date_order(self, "start_date", "expected_close_date")
		for row in self.milestones:
			for fieldname in ("due_date", "completed_on"):
				if row.get(fieldname) and frappe.utils.getdate(row.get(fieldname)) < frappe.utils.getdate(
					self.start_date
				):
					refuse(
						row,
						row.meta.get_label(fieldname),
						row.get_formatted(fieldname),
						_("not before {0} ({1})").format(_("Start Date"), self.get_formatted("start_date")),
						DateOrderError,
					)

	def set_amounts(self):
		self.base_expected_amount = flt(
			flt(self.expected_amount) * flt(self.conversion_rate), self.precision("base_expected_amount")
		)
		self.base_weighted_amount = self.weighted_amount(self.probability)
		self.base_winning_price = losses.base_price(self)

	def set_size(self):
		"""Without an application it is the person-months entered here that make a project large (R8.7)."""
		if not initiation.is_required():
			self.is_large_project = int(initiation.is_large(self.person_months))

	def weighted_amount(self, probability: float) -> float:
		"""Expected amount in company currency times `probability` (percent): its share of the pipeline."""
		return flt(
			flt(self.base_expected_amount) * flt(probability) / 100, self.precision("base_weighted_amount")
		)
