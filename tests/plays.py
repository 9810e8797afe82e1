"""The deals of the demo for tests: each is played once in a session, in both languages, and taken back at once.

What tests ask about a play afterwards is read from the site while it is there, and kept as plain values.
"""

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox import pytest_support

DATA = Path(__file__).resolve().parent.parent / "presales_mgmt" / "demo" / "data"
DEALS = sorted(path.stem.upper() for path in DATA.glob("r*.json"))

PROJECT = "Presales Project"
LOG = "Presales Stage Log"


@dataclass
class Course:
	"""What a play has left on the site."""

	project: dict
	stages: list[str]
	# Code -> clause of every requirement that was found satisfied when its stage was left, or at the end.
	satisfied: dict[str, str] = field(default_factory=dict)
	moved_by: set[str] = field(default_factory=set)
	owners: set[str] = field(default_factory=set)

	@property
	def leaders(self) -> set[str]:
		"""Who may move the project: its director, its manager, and whoever approved its initiation."""
		return {self.project[fieldname] for fieldname in ("director", "manager", "approved_by")}


@dataclass
class Played:
	"""A deal that was played."""

	player: Any
	summary: Any
	text: str
	html: str
	course: Course

	@property
	def result(self) -> dict:
		return self.summary.as_dict()

	@property
	def shown_clauses(self) -> set[str]:
		"""The clauses that requirements of the process carry and the deal has met, and those that its steps show."""
		shown = {clause for step in self.player.script.steps for clause in step.clauses}
		return shown | set(filter(None, self.course.satisfied.values()))

	@property
	def acts(self) -> list[tuple]:
		"""Step by step what happened, without words: the same in every language."""
		return [
			(event.number, event.error, [item["code"] for item in event.missing])
			for event in self.player.events
		]


def play(lang: str, folder: Path = DATA, process: str = "R7") -> Played:
	"""Play a deal. The caller takes it back."""
	import frappe

	from presales_mgmt.demo import script, steps
	from presales_mgmt.demo.desk import Desk
	from presales_mgmt.demo.page import render
	from presales_mgmt.demo.play import perform
	from presales_mgmt.demo.writer import Writer

	deal = script.load(process, steps.fields_of_kinds(), folder)
	desk, stream = Desk(lang), io.StringIO()
	with desk.open():
		player, summary = perform(deal, desk, Writer(stream))
		html = render(player, summary)
	frappe.db.commit()  # emulated: what each test returns to
	return Played(player, summary, stream.getvalue(), html, read_course(frappe, player.project))


def read_course(frappe, project: str | None) -> Course | None:
	"""What is on the site of `project`; None when the deal has made none."""
	from presales_mgmt.gates.definitions import load_process
	from presales_mgmt.gates.evaluation import evaluate
	from presales_mgmt.permissions.scope import PROJECT_DOCTYPES

	if not project:
		return None
	doc = frappe.get_doc(PROJECT, project).as_dict()
	process = load_process(doc.process_version)
	course = Course(
		project=doc, stages=[stage.name for stage in process.stages if stage.stage_type != "Lost"]
	)
	clauses = {
		row.code: row.clause for row in frappe.get_doc("Presales Process", doc.presales_process).requirements
	}
	logs = frappe.get_all(
		LOG,
		filters={"presales_project": project},
		fields=["moved_by", "gate_findings"],
		order_by="moved_on asc, creation asc",
	)
	# Closing logs what it found only when it was overridden; nothing can change after it.
	found = [finding.as_dict() for finding in evaluate([project], {project: course.stages[-1:]})[project]]
	for log in logs:
		found += json.loads(log.gate_findings or "[]")
	course.satisfied = {row["code"]: clauses[row["code"]] for row in found if row["satisfied"]}
	course.moved_by = {log.moved_by for log in logs}
	for doctype, fieldname in PROJECT_DOCTYPES.items():
		course.owners.update(frappe.get_all(doctype, filters={fieldname: project}, pluck="owner"))
	for doctype in ("Opportunity", "Quotation", "Sales Order"):
		course.owners.update(frappe.get_all(doctype, filters={"presales_project": project}, pluck="owner"))
	return course


class Plays:
	"""Plays each deal when it is first asked for."""

	def __init__(self, frappe):
		self.frappe = frappe
		self.played: dict[str, dict[str, Played]] = {}

	def get(self, process: str, lang: str = "en") -> Played:
		"""The deal of `process`. The second language is played beside the first, with the people who are there."""
		if process not in self.played:
			with pytest_support.rolled_back(self.frappe):
				self.played[process] = {
					language: play(language, process=process) for language in ("en", "zh")
				}
		return self.played[process][lang]
