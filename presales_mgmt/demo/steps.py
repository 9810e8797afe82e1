"""The kinds of steps that a data file may ask for. Each is one small function that plays it for one person.

Each calls what the desk calls, and nothing else: Frappe's document API, the workflow, the whitelisted methods
of this app and ERPNext's mapping methods. A new kind is a function with `@kind`; its parameters there are the
fields that a step of this kind has.
"""

from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

import frappe
from frappe import _
from frappe.utils import flt

from presales_mgmt.demo import script
from presales_mgmt.demo.errors import DemoError
from presales_mgmt.demo.script import Field, Step
from presales_mgmt.demo.text import listed, option, said

if TYPE_CHECKING:
	from presales_mgmt.demo.player import Player

PROJECT = "Presales Project"
INITIATION = "Presales Initiation"
OPINION = "Presales Review Opinion"
REVIEW = "Presales Review"
RECTIFICATION = "Presales Rectification"
GUIDANCE = "Presales Guidance Note"
DELEGATION = "Presales Delegation"
RISK = "Presales Risk"
REQUIREMENT = "Presales Requirement"
ESTIMATE = "Presales Cost Estimate"
ROUND = "Presales Negotiation Round"
BID = "Presales Bid"
HANDOVER = "Presales Handover"
EVALUATION = "Presales Project Evaluation"


class Kind(NamedTuple):
	"""A kind of step: `play` does it, `label` says in the user's language what it is."""

	play: Callable[["Player", Step], None]
	label: Callable[["Player", Step], str]
	fields: dict[str, Field]


KINDS: dict[str, Kind] = {}


def kind(kind_name: str, label: Callable[["Player", Step], str], **fields: Field):
	"""Register the function below as the one that plays steps of `kind_name`."""

	def register(play):
		KINDS[kind_name] = Kind(play, label, fields)
		return play

	return register


def fields_of_kinds() -> dict[str, dict[str, Field]]:
	"""Kind of step -> its fields, for checking a data file."""
	return {kind_name: kind.fields for kind_name, kind in KINDS.items()}


# ------------------------------------------------------------------------------------------ documents


def _title_of_new(player, step) -> str:
	new = player.resolve(step["values"])
	meta = player.meta_of(step["what"])
	title = new.get(meta.title_field or "") or new.get("subject") or new.get("title") or ""
	return said(_(step["what"]), title) if title else _(step["what"])


@kind("create", _title_of_new, what=script.name(), values=script.values(), submit=script.flag())
def create(player, step):
	"""Make a document by hand and, if asked to, submit it."""
	new = player.values_for(step["what"], step["values"])
	if player.project and frappe.get_meta(step["what"]).has_field("presales_project"):
		new.setdefault("presales_project", player.project)
	doc = player.desk.insert(player.user, {"doctype": step["what"], **new})
	player.keep(step, doc)
	if step.get("submit"):
		doc = player.desk.submit(player.user, doc)
		player.result(doc["name"])
		_tell_what_follows(player, doc)
	else:
		player.result(_result_of(doc))
	if doc["doctype"] == ROUND:
		_tell_negotiation(player, doc)


def _tell_negotiation(player, doc: dict) -> None:
	"""How a round ended, and what it has changed in the offer, as its form shows it (R1.6)."""
	outcome = option(doc["outcome"], ROUND)
	player.result(_("Round {0}: {1} ({2})").format(doc["round_number"], outcome, doc["name"]))
	for row in player.desk.call(player.user, "presales_mgmt.api.get_negotiation_changes", name=doc["name"]):
		label = listed([row["label"], row["detail"]])
		player.note(said(label, f"{row['before'] or '–'} → {row['after'] or '–'}"))


@kind(
	"change",
	lambda player, step: _("Update {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	values=script.values(required=False),
	add=script.rows(),
	rows=script.changed_rows(),
)
def change(player, step):
	"""Open a document, change fields, add rows or change rows, and save it."""
	doctype, docname = player.kept_record(step["what"])
	doc = player.desk.get(player.user, doctype, docname)
	doc.update(player.values_for(doctype, step.get("values", {})))
	player.add_rows(doc, step.get("add", {}))
	player.change_rows(doc, step.get("rows", []))
	doc = player.desk.save(player.user, doc)
	if doctype == RISK:
		player.result(_result_of(doc))
	elif doctype == INITIATION:
		player.achieved(_("{0} is filled in").format(docname))
		player.result(_result_of(doc))


def _result_of(doc: dict) -> str:
	"""The name of a document, of a risk how large it is now, of an application what class and margin it comes to."""
	if doc["doctype"] == INITIATION and doc["project_class"]:
		figures = _("{0} person-months, margin {1} %").format(
			f"{flt(doc['person_months']):g}", f"{flt(doc['margin_percent']):g}"
		)
		return said(doc["name"], listed([option(doc["project_class"], INITIATION), figures]))
	if doc["doctype"] != RISK:
		return doc["name"]
	assessed = "residual_" if doc["residual_score"] else ""
	sum_of_it = f"{doc[f'{assessed}probability']} × {doc[f'{assessed}impact']} = {doc['current_score']}"
	return said(doc["name"], _("{0} ({1})").format(sum_of_it, option(doc["current_level"], RISK)))


@kind(
	"submit",
	lambda player, step: _("Submit {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def submit(player, step):
	"""Open a draft and submit it."""
	doctype, docname = player.kept_record(step["what"])
	player.will_lift("submit", doctype)
	doc = player.desk.submit(player.user, player.desk.get(player.user, doctype, docname))
	_tell_amount(player, doc)
	if doctype == ESTIMATE:
		player.achieved(
			_("{0}: cost {1}, margin {2} %").format(
				docname, player.money(doc["total_cost"]), f"{flt(doc['margin_percent']):.1f}"
			)
		)
	status = player.desk.get(player.user, PROJECT, player.project)["status"]
	if status != player.status:
		player.achieved(_("{0} is now {1}").format(player.project, option(status, PROJECT)), show=True)


@kind(
	"delete",
	lambda player, step: _("Delete {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def delete(player, step):
	"""Delete a draft."""
	doctype, docname = player.kept_record(step["what"])
	player.desk.call(player.user, "frappe.client.delete", doctype=doctype, name=docname)


@kind(
	"look_at",
	lambda player, step: _("Open {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def look_at(player, step):
	"""Look for a document in its list, then open it."""
	doctype, docname = player.kept_record(step["what"])
	found = player.desk.find(player.user, doctype, {"name": docname})
	player.note(_("In the list of {0}: {1} of 1 shown").format(_(doctype), len(found)))
	player.desk.get(player.user, doctype, docname)


@kind(
	"archive",
	lambda player, step: _("Archive {0}: {1}").format(_(step["type"]), player.resolve(step["title"])),
	type=script.name(),
	title=script.text(),
	content=script.text(),
	filed_by=script.person(),
	filed_on=script.moment(required=False),
	values=script.values(required=False),
)
def archive(player, step):
	"""The author writes a document for the archive; the document controller files it (R9.13)."""
	doc = player.desk.insert(
		player.user,
		{
			"doctype": "Presales Document",
			"presales_project": player.project,
			"document_type": step["type"],
			"title": player.resolve(step["title"]),
			"content": player.resolve(step["content"]),
			"responsible": player.user,
			**player.values_for("Presales Document", step.get("values", {})),
		},
	)
	player.keep(step, doc)
	player.file_document(doc["name"], step["filed_by"], step.get("filed_on"))
	player.result(_("{0} files it as {1}").format(player.name_of(step["filed_by"]), doc["name"]))
	player.achieved(_("{0} is archived ({1})").format(_(step["type"]), doc["name"]))


@kind(
	"file",
	lambda player, step: _("File the report of {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def file(player, step):
	"""The document controller files the report that an evaluation has left in the archive as a draft (R9.15)."""
	evaluation = player.desk.get(player.user, *player.kept_record(step["what"]))
	report = evaluation["archived_document"]
	player.desk.submit(player.user, player.desk.get(player.user, "Presales Document", report))
	player.achieved(_("{0} is archived ({1})").format(_("Project Evaluation Report"), report))


# -------------------------------------------------------------------------- the project and its stages


@kind(
	"make_project",
	lambda player, step: _("Make a presales project from opportunity {0}").format(
		player.kept_record(step["source"])[1]
	),
	source=script.record(),
	values=script.values(),
)
def make_project(player, step):
	"""The button on the opportunity, and the form that it opens, filled in and saved."""
	doc = player.desk.call(
		player.user,
		"presales_mgmt.overrides.project_link.make_presales_project",
		source_name=player.kept_record(step["source"])[1],
	)
	doc.update(player.values_for(PROJECT, step["values"]))
	doc = player.desk.insert(player.user, doc)
	player.keep(step, doc)
	player.project = doc["name"]
	player.result(_("{0}, expected {1}").format(doc["name"], player.money(doc["base_expected_amount"])))


@kind("workflow", lambda player, step: _(step["action"]), action=script.name())
def workflow(player, step):
	"""A button of the project's workflow."""
	player.will_lift("workflow", step["action"])
	player.look_at_gate()
	doc = player.desk.call(
		player.user,
		"frappe.model.workflow.apply_workflow",
		doc=player.desk.get(player.user, PROJECT, player.project),
		action=step["action"],
	)
	now = _("{0} is now {1}").format(player.project, option(doc["status"], PROJECT))
	player.result(said(now, _(doc["stage"])) if doc.get("stage") else now)


def _label_of_move(player, step) -> str:
	if step.get("override"):
		return _("Move the project to {0} in spite of the gate").format(_(step["to"]))
	return _("Move the project to {0}").format(_(step["to"]))


@kind(
	"move",
	_label_of_move,
	to=script.name(),
	seen_in=script.name(required=False),
	reason=script.text(required=False),
	override=script.text(required=False),
)
def move(player, step):
	"""The button that moves the stage. `seen_in` is the stage that the person's screen still shows."""
	project = player.desk.get(player.user, PROJECT, player.project)
	seen_in = step.get("seen_in") or project["stage"]
	player.will_lift("move", seen_in)
	answer = player.desk.call(
		player.user,
		"presales_mgmt.api.move_to_stage",
		project=player.project,
		stage=step["to"],
		from_stage=seen_in,
		reason=player.resolve(step.get("reason")),
		override_reason=player.resolve(step.get("override")),
	)
	log = player.desk.get(player.user, "Presales Stage Log", answer["log"])
	player.remember_findings(frappe.parse_json(log["gate_findings"]))
	if answer["is_override"]:
		player.lifted_by_override(log["reason"])
		player.note(_("Override, with the reason: {0}").format(log["reason"]))
	player.result(
		_("{0} → {1} after {2} days").format(
			_(answer["from_stage"]), _(answer["to_stage"]), f"{answer['days_in_stage']:.1f}"
		)
	)


def _title_of_tick(player, step) -> str:
	for finding in player.gate_status()["findings"]:
		if finding["code"] == step["code"]:
			return _("Tick: {0}").format(finding["label"])
	return _("Tick: {0}").format(step["code"])


@kind("tick", _title_of_tick, code=script.name(), remarks=script.text(required=False))
def tick(player, step):
	"""Tick a checklist item of the present stage."""
	player.will_lift("tick", step["code"])
	player.desk.call(
		player.user,
		"presales_mgmt.api.tick_checklist",
		project=player.project,
		requirement_code=step["code"],
		remarks=player.resolve(step.get("remarks")),
	)
	player.achieved(_("ticked by {0}").format(player.name_of(step.person)))


# --------------------------------------------------------------------------------------------- reviews


@kind(
	"request_review",
	lambda player, step: _("Ask for a review ({0}): {1}").format(
		option(step["kind"], REVIEW), player.resolve(step["subject"])
	),
	kind=script.name(),
	subject=script.text(),
	reviewers=script.people(),
	criteria=script.criteria(),
	values=script.values(required=False),
)
def request_review(player, step):
	"""Somebody asks others for their opinion, all of them required."""
	doc = player.desk.insert(
		player.user,
		{
			"doctype": REVIEW,
			"presales_project": player.project,
			"review_kind": step["kind"],
			"subject": player.resolve(step["subject"]),
			"reviewers": [
				{"reviewer": player.resolve(reviewer), "required": 1} for reviewer in step["reviewers"]
			],
			"criteria": [
				{"criterion": player.resolve(criterion), "weight": weight}
				for criterion, weight in step.get("criteria", [])
			],
			**player.values_for(REVIEW, step.get("values", {})),
		},
	)
	player.keep(step, doc)
	player.desk.submit(player.user, doc)
	reviewers = listed(player.name_of(reviewer) for reviewer in step["reviewers"])
	player.result(_("{0}, asked: {1}").format(doc["name"], reviewers))


def _label_of_opinion(player, step) -> str:
	decision = option(step["decision"], OPINION) if step.get("decision") else _("conflict of interest")
	return _("Opinion on {0} {1}: {2}").format(*player.kept_label(step["review"]), decision)


@kind(
	"give_opinion",
	_label_of_opinion,
	review=script.record(),
	decision=script.name(required=False),
	scores=script.numbers(required=False),
	score=script.number(required=False),
	opinion=script.text(required=False),
	rectifications=script.table(required=False),
	strategy_advice=script.name(required=False),
	rejection_ground=script.name(required=False),
	conflict=script.text(required=False),
)
def give_opinion(player, step):
	"""A reviewer, or a delegate, opens the opinion that waits, fills it in and submits it.

	`conflict` declares a conflict of interest and says what it is: such a reviewer decides nothing.
	"""
	review = player.kept_record(step["review"])[1]
	waiting = player.desk.find(player.user, OPINION, {"review": review, "docstatus": 0})
	if not waiting:
		raise DemoError(_("No opinion on {0} waits for {1}.").format(review, player.name_of(step.person)))
	doc = player.desk.get(player.user, OPINION, waiting[0]["name"])
	if step.get("conflict"):
		conflict = player.resolve(step["conflict"])
		doc.update({"conflict_of_interest": "Declared", "conflict_details": conflict})
		player.desk.submit(player.user, doc)
		player.result(_("takes no part in the decision"))
		player.note(conflict)
		return
	scores = step.get("scores", [])
	if len(scores) != len(doc.get("scores", [])):
		raise player.fault("scores", scores, _("{0} numbers").format(len(doc.get("scores", []))))
	for row, score in zip(doc.get("scores", []), scores, strict=True):
		row["score"] = score
	doc.update(
		{
			"conflict_of_interest": "None",
			"decision": step.get("decision"),
			"score": step.get("score", 0),
			"opinion": player.resolve(step.get("opinion")),
			"strategy_advice": step.get("strategy_advice"),
			"rejection_ground": step.get("rejection_ground"),
		}
	)
	player.add_rows(doc, {"rectifications": step.get("rectifications", [])})
	doc = player.desk.submit(player.user, doc)
	player.result(_("{0} points").format(f"{flt(doc['score']):g}"))
	meta = frappe.get_meta(OPINION)
	for fieldname in ("strategy_advice", "rejection_ground"):
		if doc.get(fieldname):
			player.note(said(option(meta.get_label(fieldname), OPINION), option(doc[fieldname], OPINION)))
	if doc.get("opinion"):
		player.note(said(option(meta.get_label("opinion"), OPINION), doc["opinion"]))
	for row in doc.get("rectifications", []):
		player.note(
			_("To be put right by {0}: {1}").format(
				player.name_of_user(row.get("responsible")) or _("the manager of the project"), row["item"]
			)
		)
	concluded = player.desk.get(player.user, REVIEW, review)
	if concluded["status"] != "In Review":
		player.achieved(
			_("{0} {1}: {2}, {3} points").format(
				option(concluded["review_kind"], REVIEW),
				review,
				option(concluded["status"], REVIEW),
				f"{flt(concluded['average_score']):g}",
			),
			show=True,
		)


@kind(
	"add_reviewer",
	lambda player, step: _("Ask {0} to review {1} {2} too").format(
		player.name_of(step["reviewer"]), *player.kept_label(step["review"])
	),
	review=script.record(),
	reviewer=script.person(),
)
def add_reviewer(player, step):
	"""The requester asks one more person, in the place of somebody with a conflict of interest for instance."""
	player.desk.call(
		player.user,
		"presales_mgmt.api.add_reviewer",
		review=player.kept_record(step["review"])[1],
		reviewer=player.resolve(step["reviewer"]),
	)
	player.result(
		_("{0}, asked: {1}").format(player.kept_record(step["review"])[1], player.name_of(step["reviewer"]))
	)


@kind(
	"delegate",
	lambda player, step: _("Name {0} as delegate until {1}").format(
		player.name_of(step["to"]), step["until"]
	),
	to=script.person(),
	since=script.day(),
	until=script.day(),
	reason=script.text(),
)
def delegate(player, step):
	"""Somebody who will be absent names a delegate; on a site where the deal was played before, they have done so."""
	values = {
		"delegator": player.user,
		"delegate": player.resolve(step["to"]),
		"from_date": step["since"],
		"to_date": step["until"],
	}
	found = player.desk.find(player.user, DELEGATION, {**values, "enabled": 1}, limit=1)
	if found:
		player.result(found[0]["name"])
		return
	doc = player.desk.insert(
		player.user, {"doctype": DELEGATION, **values, "reason": player.resolve(step["reason"])}
	)
	player.keep(step, doc)
	player.result(doc["name"])


# ---------------------------------------------------------------------------- rectification, guidance


@kind(
	"finish_rectification",
	lambda player, step: _("Meet the conditions of {0} {1}").format(*player.kept_label(step["of"])),
	of=script.record(),
	measure=script.text(),
)
def finish_rectification(player, step):
	"""Who answers for what a review asked to be put right reports it done, with what was done."""
	measure = player.resolve(step["measure"])
	for row in _rectifications(player, step, "Open", "responsible"):
		player.desk.call(
			player.user, "presales_mgmt.api.complete_rectification", name=row["name"], measure=measure
		)
		_tell_rectification(player, row)
	player.note(measure)


@kind(
	"verify_rectification",
	lambda player, step: _("Verify that the conditions of {0} {1} are met").format(
		*player.kept_label(step["of"])
	),
	of=script.record(),
	verification=script.text(required=False),
	accepted=script.flag(),
)
def verify_rectification(player, step):
	"""Who raised it, or a leader, looks at what was done and accepts it, or with `accepted` false does not."""
	verification = player.resolve(step.get("verification"))
	for row in _rectifications(player, step, "Done", "raised_by"):
		player.desk.call(
			player.user,
			"presales_mgmt.api.verify_rectification",
			name=row["name"],
			accepted=int(step.get("accepted", True)),
			verification=verification,
		)
		_tell_rectification(player, row)
	if verification:
		player.note(verification)


def _rectifications(player, step, status: str, theirs: str) -> list[dict]:
	"""What a review asked to be put right and has `status`: what is the person's own, else all that they see."""
	review = player.kept_record(step["of"])[1]
	found = player.desk.find(
		player.user, RECTIFICATION, {"review": review, "status": status}, fields=("name", "item", theirs)
	)
	rows = [row for row in found if row[theirs] == player.user] or found
	if not rows:
		raise DemoError(
			_("Nothing that {0} asked for waits for {1}.").format(review, player.name_of(step.person))
		)
	return rows


def _tell_rectification(player, row: dict) -> None:
	doc = player.desk.get(player.user, RECTIFICATION, row["name"])
	player.achieved(
		_("{0} ({1})").format(said(row["name"], row["item"]), option(doc["status"], RECTIFICATION)), show=True
	)


@kind(
	"answer_guidance",
	lambda player, step: _("Answer {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	answer=script.text(),
)
def answer_guidance(player, step):
	"""Who is guided answers the supervisor's note."""
	note, answer = player.kept_record(step["what"])[1], player.resolve(step["answer"])
	player.desk.call(player.user, "presales_mgmt.api.answer_guidance", name=note, answer=answer)
	player.note(answer)
	player.achieved(_("{0} is answered").format(note))


@kind(
	"close_guidance",
	lambda player, step: _("Close {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def close_guidance(player, step):
	"""Who gave guidance is content with the answer."""
	note = player.kept_record(step["what"])[1]
	player.desk.call(player.user, "presales_mgmt.api.close_guidance", name=note)
	player.achieved(_("{0} is closed").format(note))


# ---------------------------------------------------------------------------------------- requirements


@kind(
	"analyse_requirement",
	lambda player, step: _("Analyse {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	recommendation=script.text(),
	feasibility=script.name(),
)
def analyse_requirement(player, step):
	"""An engineer recommends how a need is met, and says whether it can be (R8.3, R8.5)."""
	recommendation = player.resolve(step["recommendation"])
	player.desk.call(
		player.user,
		"presales_mgmt.api.analyse_requirement",
		name=player.kept_record(step["what"])[1],
		recommendation=recommendation,
		feasibility=step["feasibility"],
	)
	player.result(option(step["feasibility"], REQUIREMENT))
	player.note(recommendation)


@kind(
	"ask_development",
	lambda player, step: _("Ask {0} of R&D about {1} {2}").format(
		player.name_of(step["of"]), *player.kept_label(step["what"])
	),
	what=script.record(),
	of=script.person(),
	question=script.text(),
	due=script.day(),
)
def ask_development(player, step):
	"""A need that no product meets goes to R&D (R8.4)."""
	question = player.resolve(step["question"])
	player.desk.call(
		player.user,
		"presales_mgmt.api.request_development",
		name=player.kept_record(step["what"])[1],
		question=question,
		due_date=step["due"],
		asked_of=player.resolve(step["of"]),
	)
	player.note(question)


@kind(
	"answer_development",
	lambda player, step: _("Answer for R&D: {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	answer=script.name(),
	text=script.text(),
	effort=script.number(),
)
def answer_development(player, step):
	"""Who was asked for R&D says whether it can be developed, and for how many person-days (R8.4)."""
	text = player.resolve(step["text"])
	player.desk.call(
		player.user,
		"presales_mgmt.api.answer_development",
		name=player.kept_record(step["what"])[1],
		answer=step["answer"],
		text=text,
		effort=step["effort"],
	)
	player.result(
		_("{0}, {1} person-days").format(option(step["answer"], REQUIREMENT), f"{flt(step['effort']):g}")
	)
	player.note(text)


@kind(
	"confirm_requirements",
	lambda player, step: _("Record that the customer confirms {0} requirements").format(len(step["what"])),
	what=script.records(),
	by=script.text(),
	confirmed_on=script.day(),
	document=script.record(),
)
def confirm_requirements(player, step):
	"""What the customer has signed is on record, by the archived document that says so (R8.5)."""
	names = [player.kept_record(reference)[1] for reference in step["what"]]
	player.desk.call(
		player.user,
		"presales_mgmt.api.confirm_requirements",
		names=names,
		customer_person=player.resolve(step["by"]),
		confirmed_on=step["confirmed_on"],
		document=player.kept_record(step["document"])[1],
	)
	for name in names:
		doc = player.desk.get(player.user, REQUIREMENT, name)
		player.achieved(
			_("{0} ({1})").format(said(name, doc["title"]), option(doc["status"], REQUIREMENT)), show=True
		)


# ------------------------------------------------------------------------------------- ERPNext's sales


# DocType of the source -> the method behind the button there, and what the step is called.
QUOTATION_MAKERS = {
	"Opportunity": (
		"erpnext.crm.doctype.opportunity.opportunity.make_quotation",
		lambda: _("Make a quotation from opportunity {0}"),
	),
	ESTIMATE: (
		"presales_mgmt.offering.make_quotation",
		lambda: _("Make a quotation from cost estimate {0}"),
	),
	"Quotation": (
		"presales_mgmt.quotations.make_next_version",
		lambda: _("Make the next version of quotation {0}"),
	),
}


def _quotation_maker(player, step) -> tuple[str, Callable[[], str]]:
	doctype = player.kept_record(step["source"])[0]
	if doctype not in QUOTATION_MAKERS:
		raise player.fault("source", doctype, listed(QUOTATION_MAKERS))
	return QUOTATION_MAKERS[doctype]


@kind(
	"make_quotation",
	lambda player, step: _quotation_maker(player, step)[1]().format(player.kept_record(step["source"])[1]),
	source=script.record(),
	values=script.values(required=False),
	prices=script.prices(),
)
def make_quotation(player, step):
	"""The button on opportunity, cost estimate or earlier quotation, and the form that it opens."""
	player.will_lift("make_quotation", step["source"])
	_map(player, step, _quotation_maker(player, step)[0], "Quotation")


@kind(
	"make_order",
	lambda player, step: _("Make a sales order from quotation {0}").format(
		player.kept_record(step["source"])[1]
	),
	source=script.record(),
	values=script.values(required=False),
	prices=script.prices(),
)
def make_order(player, step):
	"""ERPNext's button on the quotation, and the form that it opens."""
	_map(player, step, "erpnext.selling.doctype.quotation.quotation.make_sales_order", "Sales Order")


@kind(
	"make_contract",
	lambda player, step: _("Make a contract from quotation {0}").format(
		player.kept_record(step["source"])[1]
	),
	source=script.record(),
	values=script.values(),
)
def make_contract(player, step):
	"""The button on the quotation, and the form that it opens, filled in with what a contract states (R1.7, R5.10)."""
	doc = player.desk.call(
		player.user,
		"presales_mgmt.contracts.make_contract",
		source_name=player.kept_record(step["source"])[1],
	)
	doc.update(player.values_for("Contract", step["values"]))
	doc = player.desk.insert(player.user, doc)
	player.keep(step, doc)
	_tell_amount(player, doc)


@kind(
	"reprice",
	lambda player, step: _("Change prices in {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	prices=script.prices(),
	values=script.values(required=False),
)
def reprice(player, step):
	"""Change the prices in a draft of a quotation or an order."""
	doctype, docname = player.kept_record(step["what"])
	doc = player.desk.get(player.user, doctype, docname)
	doc.update(player.values_for(doctype, step.get("values", {})))
	player.set_prices(doc, step.get("prices", {}))
	_tell_amount(player, player.desk.save(player.user, doc))


def _map(player, step, method: str, doctype: str) -> None:
	doc = player.desk.call(player.user, method, source_name=player.kept_record(step["source"])[1])
	doc.update(player.values_for(doctype, step.get("values", {})))
	player.set_prices(doc, step.get("prices", {}))
	doc = player.desk.insert(player.user, doc)
	player.keep(step, doc)
	_tell_amount(player, doc)


def _tell_amount(player, doc: dict) -> None:
	# A contract has no totals of ERPNext's.
	amount = doc.get("base_net_total", doc.get("presales_base_amount"))
	if amount is not None:
		player.result(_("{0}, net {1}").format(doc["name"], player.money(amount)))


# ---------------------------------------------------------------------------------------------- the bid


@kind(
	"fill_envelope",
	lambda player, step: _("Put documents into the envelope of {0} {1}").format(
		*player.kept_label(step["what"])
	),
	what=script.record(),
)
def fill_envelope(player, step):
	"""Who is responsible for items of the envelope marks them as done (R7.6)."""
	bid = player.kept_record(step["what"])[1]
	rows = [
		row
		for row in player.desk.get(player.user, BID, bid)["envelope"]
		if row["responsible"] == player.user and not row["done"]
	]
	if not rows:
		raise DemoError(
			_("No item of the envelope of {0} waits for {1}.").format(bid, player.name_of(step.person))
		)
	for row in rows:
		player.desk.call(player.user, "presales_mgmt.api.mark_bid_item", name=bid, item=row["name"])
		player.achieved(_("In the envelope: {0}").format(row["item"]), show=True)


@kind(
	"submit_bid",
	lambda player, step: _("Hand in {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def submit_bid(player, step):
	"""The bid is handed in, with all that belongs into its envelope (R7.6)."""
	bid = player.kept_record(step["what"])[1]
	player.will_lift("submit_bid", bid)
	player.desk.call(player.user, "presales_mgmt.api.submit_bid", name=bid)
	doc = player.desk.get(player.user, BID, bid)
	player.result(
		_("{0} ({1}), price {2}").format(bid, option(doc["status"], BID), player.money(doc["base_bid_price"]))
	)


@kind(
	"open_bid",
	lambda player, step: _("Note the opening of {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	bidders=script.table(),
)
def open_bid(player, step):
	"""The bids are opened: prices and scores of all bidders are entered; who names no competitor is ourselves."""
	bid = player.kept_record(step["what"])[1]
	player.desk.call(player.user, "presales_mgmt.api.open_bid", name=bid)
	doc = player.desk.get(player.user, BID, bid)
	bidders = step["bidders"]
	own = next(row for row in doc["bidders"] if row["is_ourselves"])
	for bidder in bidders:
		if not bidder.get("competitor"):
			own.update(player.values_for("Presales Bid Bidder", bidder))
	player.add_rows(doc, {"bidders": [bidder for bidder in bidders if bidder.get("competitor")]})
	doc = player.desk.save(player.user, doc)
	player.result(_("{0} ({1})").format(bid, option(doc["status"], BID)))
	for row in sorted(doc["bidders"], key=lambda row: row["rank"]):
		player.note(
			_("Rank {0}: {1}, {2}, {3} points").format(
				row["rank"],
				row["competitor"] or player.company["name"],
				player.money(row["base_price"]),
				f"{flt(row['score']):g}",
			)
		)


@kind(
	"conclude_bid",
	lambda player, step: _("Enter the result of {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	result=script.name(),
	reason=script.text(required=False),
)
def conclude_bid(player, step):
	"""The award is published; winning a tender does not win the deal, its order does."""
	bid, reason = player.kept_record(step["what"])[1], player.resolve(step.get("reason"))
	player.desk.call(
		player.user, "presales_mgmt.api.conclude_bid", name=bid, result=step["result"], reason=reason
	)
	player.result(_("{0} ({1})").format(bid, option(step["result"], BID)))
	if reason:
		player.note(reason)


# ------------------------------------------------------------------------------------------- handover


@kind(
	"offer_handover",
	lambda player, step: _("Offer {0} {1} to delivery").format(*player.kept_label(step["what"])),
	what=script.record(),
)
def offer_handover(player, step):
	"""Director or manager offer the package to the delivery manager whom it names (R1.8)."""
	handover = player.kept_record(step["what"])[1]
	player.will_lift("offer_handover", handover)
	player.desk.call(player.user, "presales_mgmt.api.offer_handover", name=handover)
	doc = player.desk.get(player.user, HANDOVER, handover)
	player.result(
		_("{0} has to answer by {1}").format(player.name_of_user(doc["delivery_manager"]), doc["answer_due"])
	)


@kind(
	"send_back_handover",
	lambda player, step: _("Send {0} {1} back").format(*player.kept_label(step["what"])),
	what=script.record(),
	reasons=script.texts(),
)
def send_back_handover(player, step):
	"""The delivery manager refuses what is not complete, and says what is missing (R1.8)."""
	handover, reasons = player.kept_record(step["what"])[1], player.resolve(step["reasons"])
	player.desk.call(player.user, "presales_mgmt.api.send_back_handover", name=handover, reasons=reasons)
	_tell_handover(player, handover)
	for reason in reasons:
		player.note(reason)


@kind(
	"accept_handover",
	lambda player, step: _("Accept {0} {1}").format(*player.kept_label(step["what"])),
	what=script.record(),
	remarks=script.text(required=False),
)
def accept_handover(player, step):
	"""The delivery manager takes the project over, and ERPNext's own project is made for it (R1.8)."""
	handover, remarks = player.kept_record(step["what"])[1], player.resolve(step.get("remarks"))
	project = player.desk.call(
		player.user, "presales_mgmt.api.accept_handover", name=handover, remarks=remarks
	)
	player.made.append(("Project", project))
	_tell_handover(player, handover)
	if remarks:
		player.note(remarks)
	player.note(_("ERPNext project {0} is made").format(project))
	responsible = player.desk.get(player.user, PROJECT, player.project)["responsible"]
	player.note(_("From now on {0} answers for the project").format(player.name_of_user(responsible)))


def _tell_handover(player, handover: str) -> None:
	doc = player.desk.get(player.user, HANDOVER, handover)
	player.achieved(_("{0} ({1})").format(handover, option(doc["status"], HANDOVER)))


# --------------------------------------------------------------------------------- meetings and tasks


def _tell_what_follows(player, doc: dict) -> None:
	"""What submitting a meeting or an evaluation brings about."""
	for row in doc.get("decisions", []):
		player.note(_("Decided: {0}").format(row["decision"]))
	for row in doc.get("actions", []):
		player.note(
			_("Task for {0} until {1}: {2}").format(
				player.name_of_user(row["responsible"]), row["due_date"], row["action"]
			)
		)
	if "operation_level" in doc:
		player.achieved(
			_("{0}: {1} points, {2}").format(
				doc["name"], f"{flt(doc['total_score']):g}", option(doc["operation_level"], EVALUATION)
			),
		)


@kind(
	"finish_task",
	lambda player, step: _("Finish the task from {0} {1}").format(*player.kept_label(step["of"])),
	of=script.record(),
)
def finish_task(player, step):
	"""Somebody finds the ToDo that a meeting gave them, and closes it."""
	doctype, docname = player.kept_record(step["of"])
	todos = player.desk.find(
		player.user,
		"ToDo",
		{
			"reference_type": doctype,
			"reference_name": docname,
			"allocated_to": player.user,
			"status": "Open",
		},
		fields=("name", "description", "date"),
	)
	if not todos:
		raise DemoError(_("{0} has no open task from {1}.").format(player.name_of(step.person), docname))
	for todo in todos:
		player.desk.call(
			player.user,
			"frappe.client.set_value",
			doctype="ToDo",
			name=todo["name"],
			fieldname="status",
			value="Closed",
		)
		player.note(unescape(frappe.utils.strip_html(todo["description"])))


@kind(
	"finish_rollout_task",
	lambda player, step: _("Mark task {0} of {1} {2} as done").format(
		step["task"], *player.kept_label(step["of"])
	),
	of=script.record(),
	task=script.number(),
	remarks=script.text(required=False),
)
def finish_rollout_task(player, step):
	"""Somebody marks a task of a roll-out plan as done (R4.6)."""
	doctype, docname = player.kept_record(step["of"])
	rows = player.desk.get(player.user, doctype, docname)["tasks"]
	task = next((row for row in rows if row["idx"] == step["task"]), None)
	if not task:
		raise player.fault("task", step["task"], _("a number from 1 to {0}").format(len(rows)))
	remarks = player.resolve(step.get("remarks"))
	answer = player.desk.call(
		player.user,
		"presales_mgmt.api.mark_rollout_task_done",
		plan=docname,
		task=task["name"],
		remarks=remarks,
	)
	player.note(task["task"])
	if remarks:
		player.note(remarks)
	player.result(_("{0}, {1} % done").format(docname, f"{flt(answer['progress']):g}"))
