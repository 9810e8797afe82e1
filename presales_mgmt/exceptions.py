"""Named errors of this app. All are ValidationErrors, so that the desk shows them and REST answers 417."""

import frappe


class PresalesError(frappe.ValidationError):
	"""Anything that this app refuses."""


class WrongTypeError(PresalesError):
	"""A value is not of the kind that its field holds, e.g. text in an amount."""


class OutOfRangeError(PresalesError):
	"""A number lies outside what makes sense for its field."""


class DateOrderError(PresalesError):
	"""Two dates stand in the wrong order."""


class MarkupError(PresalesError):
	"""A plain-text field holds HTML."""


class CompanyMismatchError(PresalesError):
	"""A record of one company is linked to a record of another."""


class ProjectMismatchError(PresalesError):
	"""A sales document names another project than what it is made from."""


class DuplicateEntryError(PresalesError):
	"""Something that may exist only once is there already."""


class TeamError(PresalesError):
	"""The team or the supervisors of a project are not as they must be."""


class UserError(PresalesError):
	"""Somebody is named who cannot do what would be asked of them."""


class ProcessError(PresalesError):
	"""A process template contradicts itself."""


class LifecycleError(PresalesError):
	"""A project cannot go from its status to the one asked for."""


class InitiationError(PresalesError):
	"""An application for initiation contradicts itself, or rests on what it must not rest on."""


class SelfApprovalError(LifecycleError):
	"""Somebody tries to approve what they submitted themselves."""


class LossReasonMissingError(LifecycleError):
	"""A deal is declared lost without a reason."""


class StageError(PresalesError):
	"""A stage is not part of the project's process, or cannot be entered now."""


class StageConflictError(StageError):
	"""Somebody else moved the project in the meantime."""


class GateError(PresalesError):
	"""A gate holds the project back. `findings` lists what is missing."""

	def __init__(self, *args, findings=()):
		super().__init__(*args)
		self.findings = list(findings)


class OverrideError(PresalesError):
	"""A gate may not be overridden by this person or in this way."""


class ReviewError(PresalesError):
	"""A review or an opinion breaks the rules of reviewing."""


class DelegationError(PresalesError):
	"""A delegation is not as it must be."""


class RectificationError(PresalesError):
	"""A rectification is not in the state that is needed, or is changed by the wrong way."""


class GuidanceError(PresalesError):
	"""A guidance note is not in the state that is needed, or is changed by the wrong way."""


class SolutionError(PresalesError):
	"""A solution contradicts itself, or is not in the state that is needed."""


class CoverageError(SolutionError):
	"""A solution answers a requirement that is not one of its project."""


class RequirementError(PresalesError):
	"""A requirement is not in the state that is needed, or is changed by the wrong way."""


class ChangeRequestError(RequirementError):
	"""A change request changes nothing, or is not in the state that is needed."""


class VersionError(PresalesError):
	"""An older version of something is to replace a newer one."""


class SupersededQuotationError(VersionError):
	"""An order is made from a version of a quotation that does not stand any more."""


class CostingError(PresalesError):
	"""A cost estimate contradicts itself, or cannot tell what it is asked."""


class ExchangeRateError(PresalesError):
	"""An amount cannot be converted: ERPNext has no exchange rate of that day."""


class EstimateNotApprovedError(CostingError):
	"""An offer rests on no approved cost estimate."""


class PriceAuthorityError(PresalesError):
	"""A price is lower than the person may give, or an approval of it does not hold."""


class NegotiationError(PresalesError):
	"""A negotiation round contradicts itself, or names quotations that are not its project's."""


class ContractError(PresalesError):
	"""A contract contradicts itself, its project or its quotation."""


class ParticipantMissingError(ReviewError):
	"""Somebody who must take part in a review is not among its reviewers."""


class ReviewedRecordError(ReviewError):
	"""A review names no record to be reviewed, or one that cannot be."""


class ReviewTemplateError(PresalesError):
	"""A review template contradicts itself."""


class UnsupportedVersionError(PresalesError):
	"""Frappe or ERPNext is missing, too old or too new."""


class BidError(PresalesError):
	"""A bid is not in the state that is needed, is not complete, or is changed by the wrong way."""


class BondError(PresalesError):
	"""The bond of a bid is not in the state that is needed, or a document does not stand for it."""


class HandoverError(PresalesError):
	"""A handover is not in the state that is needed, is not complete, or is changed by the wrong way."""


class CostOfSaleError(PresalesError):
	"""A document names a project that must not bear its cost, or the ledger of costs is changed by hand."""


class BudgetError(PresalesError):
	"""A document takes a project beyond what may be spent on it."""


class PurchaseRequestError(PresalesError):
	"""A purchase is not covered by approved requests, or a request is not in the state that is needed."""


class AccountingDimensionError(PresalesError):
	"""Presales Project cannot be made, or removed as, an Accounting Dimension in this way."""
