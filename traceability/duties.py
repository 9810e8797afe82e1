"""The duties of R1.8, R1.10, R2.1-R2.4 and R9.4-R9.8, and the decisions of R9.9 and R9.15: who does them, and with what.

The wording is ours. Every means is checked against the app's files by `faults`, so that a duty whose role has
lost its right, or whose action is gone, does not go unnoticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from traceability import sources

DIRECTOR = "Presales Director"
MANAGER = "Presales Manager"
PLANNER = "Presales Planning Manager"
ENGINEER = "Presales Engineer"
SUPERVISOR = "Presales Supervisor"
CONTROLLER = "Presales Document Controller"
DELIVERY = "Presales Delivery Manager"
LEADER = "Presales Leader"


@dataclass(frozen=True)
class Right:
	"""Rights on a DocType, separated by commas."""

	doctype: str
	rights: str

	def describe(self) -> str:
		return f"{self.doctype}: {self.rights}"

	def faults(self, role: str) -> Iterator[str]:
		for right in self.rights.split(", "):
			try:
				if right not in sources.RIGHTS or role not in sources.roles_with(self.doctype, right):
					yield f"{role} may not {right} {self.doctype}"
			except KeyError:
				yield f"there is no DocType {self.doctype}"
				return


@dataclass(frozen=True)
class Step:
	"""An action of the workflow of Presales Project."""

	action: str

	def describe(self) -> str:
		return f"workflow: {self.action}"

	def faults(self, role: str) -> Iterator[str]:
		if role not in sources.transitions().get(self.action, ()):
			yield f"{role} has no workflow action {self.action}"


@dataclass(frozen=True)
class Call:
	"""A function of `presales_mgmt.api`, which checks itself who may call it."""

	function: str

	def describe(self) -> str:
		return f"`api.{self.function}`"

	def faults(self, role: str) -> Iterator[str]:
		if self.function not in sources.whitelisted_functions():
			yield f"there is no whitelisted function {self.function}"


@dataclass(frozen=True)
class Report:
	"""A report of this app."""

	name: str

	def describe(self) -> str:
		return f"report {self.name}"

	def faults(self, role: str) -> Iterator[str]:
		try:
			if role not in sources.report_roles(self.name):
				yield f"{role} may not open report {self.name}"
		except KeyError:
			yield f"there is no report {self.name}"


@dataclass(frozen=True)
class Place:
	"""A role that somebody has on one project, in the team or among the supervisors."""

	project_role: str

	def describe(self) -> str:
		return f"on the project as {self.project_role}"

	def faults(self, role: str) -> Iterator[str]:
		if self.project_role not in sources.project_roles():
			yield f"nobody can be {self.project_role} on a project"


@dataclass(frozen=True)
class Duty:
	"""One duty. `later` says what part of it waits for later work, and is empty when nothing does."""

	clause: str
	duty: str
	roles: tuple[str, ...]
	means: tuple[Right | Step | Call | Report | Place, ...]
	later: str = ""


ACTIVITY = Right("Presales Activity", "create, write")
DOCUMENT = Right("Presales Document", "create, write")
ESTIMATE = Right("Presales Cost Estimate", "create, write")
RISK = Right("Presales Risk", "create, write")
MEETING = Right("Presales Analysis Meeting", "create, submit")
SOLUTION = Right("Presales Solution", "create, submit")
REVIEW = Right("Presales Review", "create, submit")
OPINION = Right("Presales Review Opinion", "write, submit")
REQUIREMENT = Right("Presales Requirement", "create, write")
CHANGE = Right("Presales Change Request", "create, submit")
ROUND = Right("Presales Negotiation Round", "create, write")
BID = Right("Presales Bid", "create, write")
HANDOVER = Right("Presales Handover", "create, write")
PURCHASE_REQUEST = Right("Presales Purchase Request", "create, submit")
COST_ENTRY = Right("Presales Cost Entry", "read")
PROJECT_NEW = Right("Presales Project", "create")
PROJECT = Right("Presales Project", "write")
APPLICATION = Right("Presales Initiation", "create, write")
APPLICATION_SUBMIT = Right("Presales Initiation", "submit")
GUIDANCE = Right("Presales Guidance Note", "create, write")
EVALUATION = Right("Presales Project Evaluation", "create, submit")
WATCHED = Right("Presales Stage Log", "read")
GATES = Report("Presales Gate Status")

DUTIES = (
	# --------------------------------------------------------------------------- R1: from the sale to delivery
	Duty("R1.8", "Take over the project against the contract, or send the package back", (DELIVERY,), (Place("Delivery Manager"), Right("Presales Handover", "read"), Call("accept_handover"), Call("send_back_handover"))),
	Duty("R1.8", "Carry it on: kickoff, contact with the customer, open points", (DELIVERY,), (MEETING, ACTIVITY, RISK, DOCUMENT, Call("complete_handover_point"), Call("get_delivery_progress"))),
	Duty("R1.10", "Answer for the whole of the presales work until it is taken over", (MANAGER,), (Place("Manager"), HANDOVER, Call("offer_handover"), Call("withdraw_handover"))),
	# --------------------------------------------------------------------------- R2: posts of a presales service
	Duty("R2.1", "Head the presales department", (DIRECTOR,), (Place("Director"), PROJECT)),
	Duty("R2.1", "Serve as presales engineer", (ENGINEER,), (Place("Engineer"), ACTIVITY)),
	Duty("R2.1", "Serve as account manager", (MANAGER,), (Place("Manager"), PROJECT)),
	Duty("R2.2", "Plan the work of a pursuit and set its goal", (DIRECTOR,), (PROJECT,), "targets of the department"),
	Duty("R2.2", "Guide the staff", (DIRECTOR,), (Place("Department Supervisor"), GUIDANCE, Call("close_guidance"), MEETING)),
	Duty("R2.2", "See that work is done, and done in time", (DIRECTOR,), (GATES, WATCHED)),
	Duty("R2.2", "Introduce the rules: who does what until when", (DIRECTOR,), (Right("Presales Rollout Plan", "create, write"), Call("mark_rollout_task_done"))),
	Duty("R2.3", "Introduce products and give technical support", (ENGINEER,), (ACTIVITY,)),
	Duty("R2.3", "Work out solutions", (ENGINEER,), (SOLUTION, REQUIREMENT, Call("analyse_requirement"), DOCUMENT, REVIEW)),
	Duty("R2.3", "Answer questions and complaints before their deadline", (ENGINEER, MANAGER), (ACTIVITY,)),
	Duty("R2.4", "Keep contact with the customer and answer", (MANAGER,), (ACTIVITY,)),
	Duty("R2.4", "Make return visits and collect feedback", (MANAGER,), (ACTIVITY,)),
	Duty("R2.4", "Turn feedback into proposals for improvement", (MANAGER,), (DOCUMENT,), "the link from feedback to proposal"),
	# --------------------------------------------------------------------------- R9.4: the marketing centre
	Duty("R9.4", "Find and keep channels, and take up what they bring", (DIRECTOR, MANAGER), (PROJECT_NEW,)),
	Duty("R9.4", "Gather market and technical intelligence", (PLANNER, MANAGER), (DOCUMENT,)),
	Duty("R9.4", "Find prospects and research them", (PLANNER, MANAGER), (ACTIVITY, DOCUMENT)),
	Duty("R9.4", "Prepare the material for initiation", (DIRECTOR, MANAGER, PLANNER), (APPLICATION,)),
	Duty("R9.4", "Learn the needs in talks, and revise the material", (MANAGER, PLANNER), (ACTIVITY, REQUIREMENT, APPLICATION)),
	Duty("R9.4", "Negotiate with the customer", (DIRECTOR, MANAGER), (ACTIVITY, ROUND, Call("request_price_approval"))),
	Duty("R9.4", "Organise survey and planning, and draw up the plan of action", (PLANNER, MANAGER), (ACTIVITY, DOCUMENT)),
	Duty("R9.4", "Organise bidding", (DIRECTOR, MANAGER), (BID, DOCUMENT, REVIEW, Call("submit_bid"), Call("move_to_stage"))),
	Duty("R9.4", "Manage the contract", (MANAGER,), (DOCUMENT, REVIEW, HANDOVER, Call("get_delivery_progress"))),
	# --------------------------------------------------------------------------- R9.5: director
	Duty("R9.5", "Answer for the project as its main responsible person", (DIRECTOR,), (Place("Director"), Call("move_to_stage"), Step("Put on Hold"), Step("Resume"), Step("Abandon"), Step("Declare Lost"), Step("Reopen"))),
	Duty("R9.5", "Form the project team and apply for initiation", (DIRECTOR,), (APPLICATION, APPLICATION_SUBMIT, Step("Submit for Initiation"), Step("Withdraw Application"))),
	Duty("R9.5", "Have the project's goal set", (DIRECTOR,), (PROJECT,)),
	Duty("R9.5", "Organise planning, and call analysis meetings", (DIRECTOR,), (PROJECT, MEETING)),
	Duty("R9.5", "Coordinate resources", (DIRECTOR,), (APPLICATION,), "requests for resources in a running project"),
	Duty("R9.5", "Have plans of work made", (DIRECTOR,), (PROJECT, RISK)),
	Duty("R9.5", "Lead the guidance of the customer", (DIRECTOR,), (ACTIVITY,)),
	Duty("R9.5", "Lead bidding and negotiation", (DIRECTOR,), (BID, Call("submit_bid"), Call("conclude_bid"), Call("reopen_bid"), ACTIVITY, ROUND, REVIEW)),
	Duty("R9.5", "Organise the project summary", (DIRECTOR,), (MEETING, DOCUMENT, Step("Close"))),
	# --------------------------------------------------------------------------- R9.6: manager
	Duty("R9.6", "Find prospects and guide their needs", (MANAGER,), (PROJECT_NEW, ACTIVITY, REQUIREMENT)),
	Duty("R9.6", "Help to define scope and goal", (MANAGER,), (PROJECT,)),
	Duty("R9.6", "Prepare the material for initiation, and apply", (MANAGER,), (APPLICATION, APPLICATION_SUBMIT, Step("Submit for Initiation"))),
	Duty("R9.6", "Make the integrated plan: size, cost, staffing, risks, schedule, milestones", (MANAGER,), (APPLICATION, PROJECT, RISK), "the cost estimate as a record of its own"),
	Duty("R9.6", "Learn the needs in detail, and negotiate", (MANAGER,), (ACTIVITY, REQUIREMENT, Call("confirm_requirements"), ROUND)),
	Duty("R9.6", "Make the integrated plan: size, cost, staffing, risks, schedule, milestones", (MANAGER,), (APPLICATION, PROJECT, RISK, ESTIMATE)),
	Duty("R9.6", "Learn the needs in detail, and negotiate", (MANAGER,), (ACTIVITY,)),
	Duty("R9.6", "Keep scope, time, quality, cost, communication, resources, change and risk in hand", (MANAGER,), (Call("move_to_stage"), PROJECT, RISK, CHANGE, Call("complete_rectification"), GATES)),
	Duty("R9.6", "Decide on changes that others ask for", (DIRECTOR, LEADER), (Call("approve_change_request"), Call("reject_change_request"))),
	Duty("R9.6", "Organise bidding", (MANAGER,), (BID, Call("submit_bid"), Call("pay_bid_bond"), DOCUMENT, REVIEW)),
	Duty("R9.6", "Manage the contract", (MANAGER,), (DOCUMENT, REVIEW, HANDOVER, Call("get_delivery_progress"))),
	Duty("R9.6", "Hold the project to the standards", (MANAGER,), (Call("tick_checklist"), Call("get_gate_status"), Right("Presales Process", "read"))),
	Duty("R9.6", "Report back in time", (MANAGER,), (ACTIVITY, MEETING, Call("answer_guidance")), "weekly report"),
	Duty("R9.6", "Keep the cost of the sale within its budget", (DIRECTOR, MANAGER), (Call("get_cost_of_sale"), COST_ENTRY, Report("Presales Cost of Sale"))),
	Duty("R9.6", "Ask in writing for what is to be bought", (MANAGER, "Presales Engineer"), (PURCHASE_REQUEST,)),
	Duty("R9.6", "Decide on what others ask to buy", (DIRECTOR, LEADER), (Call("approve_purchase_request"), Call("reject_purchase_request"))),
	# --------------------------------------------------------------------------- R9.7: planning manager
	Duty("R9.7", "Manage and carry out planning", (PLANNER,), (Place("Planning Manager"), PROJECT, SOLUTION, DOCUMENT)),
	Duty("R9.7", "Gather market and technical intelligence", (PLANNER,), (DOCUMENT,)),
	Duty("R9.7", "Research the customer beforehand", (PLANNER,), (ACTIVITY, DOCUMENT)),
	Duty("R9.7", "Help with the material for initiation", (PLANNER,), (APPLICATION,)),
	Duty("R9.7", "Learn the needs of planning, and organise the survey", (PLANNER,), (ACTIVITY, MEETING, REQUIREMENT, Call("analyse_requirement"))),
	# --------------------------------------------------------------------------- R9.8: supervisor
	Duty("R9.8", "Supervise for the company", (SUPERVISOR,), (Place("Company Supervisor"), Right("Presales Project", "read"))),
	Duty("R9.8", "Supervise for the department", (SUPERVISOR,), (Place("Department Supervisor"), Right("Presales Project", "read"))),
	Duty("R9.8", "Supervise as director of a unit", (SUPERVISOR,), (Place("Director Supervisor"), Right("Presales Project", "read"))),
	Duty("R9.8", "Guide the project", (SUPERVISOR, LEADER), (GUIDANCE, Call("close_guidance"), Call("reopen_guidance"))),
	Duty("R9.8", "Watch the process and its key points", (SUPERVISOR,), (GUIDANCE, WATCHED, GATES, RISK)),
	Duty("R9.8", "Help with resources", (SUPERVISOR,), (Right("Presales Initiation", "read"),), "requests for resources in a running project"),
	Duty("R9.8", "Talk with the team, and join analysis meetings", (SUPERVISOR,), (MEETING,)),
	Duty("R9.8", "Report to departments and leaders", (SUPERVISOR,), (EVALUATION, MEETING), "weekly report"),
	Duty("R9.8", "Evaluate the project", (SUPERVISOR,), (EVALUATION,)),
	# --------------------------------------------------------------------------- decisions above the project
	Duty("R9.9", "Decide on initiation after its review", (LEADER,), (Step("Approve Initiation"), Step("Send Back"), Step("Reject Initiation"))),
	Duty("R7.8", "Decide on a price beyond the limits of who offers it", (LEADER,), (Right("Presales Price Approval", "read"), Call("approve_price"), Call("reject_price"))),
	Duty("R9.9", "Give an own opinion in a review", (LEADER, SUPERVISOR, ENGINEER, "Presales Finance Reviewer", "Presales Legal Reviewer"), (OPINION,)),
	Duty("R9.9", "See conditions through: verify what was put right, or waive it", (LEADER,), (Call("verify_rectification"), Call("waive_rectification"))),
	Duty("R9.13", "File what the project has written", (CONTROLLER,), (Right("Presales Document", "submit, cancel"),)),
	Duty("R9.15", "Evaluate what was finished", (SUPERVISOR, LEADER), (EVALUATION,)),
)  # fmt: skip


def faults() -> list[str]:
	"""Every means that a duty names and its role does not have."""
	return [
		f"{duty.clause}, {duty.duty}: {fault}"
		for duty in DUTIES
		for role in duty.roles
		for means in duty.means
		for fault in means.faults(role)
	]
