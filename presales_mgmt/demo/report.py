"""What a played deal came to, read from the site as a person of the deal sees it."""

from dataclasses import dataclass, field
from datetime import datetime

from frappe import _
from frappe.utils import flt, get_datetime, getdate

from presales_mgmt.demo.player import Event, Player
from presales_mgmt.demo.steps import (
	EVALUATION,
	GUIDANCE,
	INITIATION,
	OPINION,
	PROJECT,
	RECTIFICATION,
	REVIEW,
	RISK,
)


@dataclass
class Stay:
	"""One stay in a stage."""

	stage: str
	label: str
	entered: datetime
	left: datetime
	target_days: int
	move_type: str = ""
	override_reason: str | None = None

	@property
	def days(self) -> float:
		return round((self.left - self.entered).total_seconds() / 86400, 1)

	@property
	def is_late(self) -> bool:
		return bool(self.target_days) and self.days > self.target_days


@dataclass
class Summary:
	"""The result of a play."""

	project: dict
	company: str
	ended_on: datetime
	stays: list[Stay]
	refusals: list[Event]
	risks: list[dict]
	bands: dict
	amounts: list[dict]
	reviews: list[dict]
	meetings: list[dict]
	evaluation: dict | None
	counts: list[dict]
	initiation: dict | None = None
	rectifications: list[dict] = field(default_factory=list)
	guidance: list[dict] = field(default_factory=list)
	users: list[str] = field(default_factory=list)

	@property
	def days(self) -> float:
		"""From the start of the project to its end."""
		start = get_datetime(self.project["start_date"])
		return round((self.ended_on - start).total_seconds() / 86400, 1)

	@property
	def gates_refused(self) -> list[Event]:
		return [refusal for refusal in self.refusals if refusal.is_gate]

	def as_dict(self) -> dict:
		"""Plain values, for whoever calls the demo."""
		project = self.project
		return {
			"project": project["name"],
			"title": project["project_title"],
			"status": project["status"],
			"days": self.days,
			"stages": [
				{
					"stage": stay.stage,
					"days": stay.days,
					"target_days": stay.target_days,
					"override_reason": stay.override_reason,
				}
				for stay in self.stays
			],
			"amounts": {
				"currency": project["company_currency"],
				"expected": flt(project["base_expected_amount"]),
				"quoted": flt(project["base_quoted_amount"]),
				"won": flt(project["base_won_amount"]),
			},
			"evaluation": self.evaluation
			and {
				"name": self.evaluation["name"],
				"total_score": self.evaluation["total_score"],
				"operation_level": self.evaluation["operation_level"],
			},
			"refusals": [
				{
					"step": refusal.number,
					"on": refusal.on,
					"person": refusal.person,
					"what": refusal.label,
					"error": refusal.error,
					"stage": refusal.stage,
					"message": refusal.message,
					"missing": [item["code"] for item in refusal.missing],
					"lifted": refusal.lifted,
				}
				for refusal in self.refusals
			],
			"users": self.users,
		}


def collect(player: Player) -> Summary:
	"""Read what there is to tell about the project of `player`, as the person named in the data file."""
	desk, user, name = player.desk, player.resolve(player.script.report_as), player.project
	users = list(desk.users)
	project = desk.get(user, PROJECT, name)
	project["company_currency"] = player.company["default_currency"]
	of_project = {"presales_project": name}
	ended_on = player.events[-1].on
	settings = desk.get(user, "Presales Settings", "Presales Settings")
	evaluations = desk.find(user, EVALUATION, {**of_project, "docstatus": 1})
	return Summary(
		project=project,
		company=player.company["name"],
		ended_on=ended_on,
		stays=_stays(player, user, project, ended_on),
		refusals=[event for event in player.events if event.error],
		risks=desk.find(user, RISK, of_project, fields=("*",), order_by="inherent_score desc, name asc"),
		bands={key: settings[key] for key in ("low_risk_max", "medium_risk_max", "high_risk_max")},
		amounts=_amounts(player, user, project),
		reviews=[_review(player, user, row["name"]) for row in desk.find(user, REVIEW, of_project)],
		meetings=[
			desk.get(user, "Presales Analysis Meeting", row["name"])
			for row in desk.find(user, "Presales Analysis Meeting", of_project, order_by="starts_on asc")
		],
		evaluation=(evaluations and desk.get(user, EVALUATION, evaluations[-1]["name"])) or None,
		counts=[
			{"label": label, "count": len(desk.find(user, doctype, of_project))}
			for label, doctype in (
				(_("Documents"), "Presales Document"),
				(_("Reviews"), REVIEW),
				(_("Opinions"), OPINION),
				(_("Risks"), RISK),
				(_("Rectifications"), RECTIFICATION),
				(_("Customer contacts"), "Presales Activity"),
				(_("Meetings"), "Presales Analysis Meeting"),
			)
		],
		initiation=(project["initiation"] and desk.get(user, INITIATION, project["initiation"])) or None,
		rectifications=desk.find(user, RECTIFICATION, of_project, fields=("*",)),
		guidance=[desk.get(user, GUIDANCE, row["name"]) for row in desk.find(user, GUIDANCE, of_project)],
		users=users,
	)


def _stays(player: Player, user: str, project: dict, ended_on: datetime) -> list[Stay]:
	"""Initiation and all stays in stages, the last one up to the end of the play."""
	status = player.desk.call(user, "presales_mgmt.api.get_gate_status", project=player.project)
	targets = {stage["name"]: stage["target_days"] for stage in status["stages"]}
	logs = player.desk.find(
		user,
		"Presales Stage Log",
		{"presales_project": player.project, "to_stage": ["is", "set"], "move_type": ["!=", "Status"]},
		fields=("to_stage", "move_type", "moved_on", "is_override", "reason"),
		order_by="moved_on asc, creation asc",
	)
	stays = [
		Stay(
			stage="Initiation Review",
			label=_("Initiation"),
			entered=get_datetime(project["creation"]),
			left=get_datetime(logs[0]["moved_on"]) if logs else ended_on,
			target_days=0,
		)
	]
	for log, following in zip(logs, [*logs[1:], None], strict=True):
		stays.append(
			Stay(
				stage=log["to_stage"],
				label=_(log["to_stage"]),
				entered=get_datetime(log["moved_on"]),
				left=get_datetime(following["moved_on"]) if following else ended_on,
				target_days=targets.get(log["to_stage"]) or 0,
				move_type=log["move_type"],
				override_reason=following["reason"] if following and following["is_override"] else None,
			)
		)
	return stays


def _amounts(player: Player, user: str, project: dict) -> list[dict]:
	"""Every amount of the deal in company currency, in the order in which a salesperson tells it."""
	of_project = {"presales_project": project["name"], "docstatus": 1}
	rows = [
		{
			"label": _("Expected by the opportunity"),
			"amount": project["base_expected_amount"],
			"kind": "expected",
		}
	]
	for quotation in player.desk.find(
		user, "Quotation", of_project, fields=("name", "base_net_total", "transaction_date")
	):
		rows.append(
			{
				"label": _("Quotation {0} of {1}").format(quotation["name"], quotation["transaction_date"]),
				"amount": quotation["base_net_total"],
				"kind": "quoted",
			}
		)
	for row in project.get("competitors", []):
		# What was opened, else what we took it to be.
		if price := flt(row["bid_price"]) or flt(row["estimated_price"]):
			rows.append(
				{
					"label": _("Price of competitor {0}").format(row["competitor"]),
					"amount": price * flt(project["conversion_rate"]),
					"kind": "competitor",
				}
			)
	for order in player.desk.find(
		user, "Sales Order", of_project, fields=("name", "base_net_total", "transaction_date")
	):
		rows.append(
			{
				"label": _("Won: sales order {0} of {1}").format(order["name"], order["transaction_date"]),
				"amount": order["base_net_total"],
				"kind": "won",
			}
		)
	won = flt(project["base_won_amount"])
	for row in rows:
		row["amount"] = flt(row["amount"])
		row["difference"] = row["amount"] - won if won and row["kind"] != "won" else None
	return rows


def _review(player: Player, user: str, name: str) -> dict:
	review = player.desk.get(user, REVIEW, name)
	opinions = player.desk.find(
		user,
		OPINION,
		{"review": name, "docstatus": 1},
		fields=("reviewer", "decision", "score", "opinion", "conflict_of_interest", "conflict_details"),
	)
	for opinion in opinions:
		opinion["name_of_reviewer"] = player.name_of_user(opinion["reviewer"])
	days = (
		(getdate(review["concluded_on"]) - getdate(review["requested_on"])).days
		if review["concluded_on"]
		else None
	)
	return {**review, "opinions": opinions, "days": days}
