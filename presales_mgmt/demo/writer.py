"""Prints what happens, for people: aligned, wrapped, and with Chinese characters counted as two columns."""

import sys
import unicodedata
from typing import TextIO

from frappe import _
from frappe.utils import flt

from presales_mgmt.demo.player import Event, Player
from presales_mgmt.demo.report import Summary
from presales_mgmt.demo.steps import EVALUATION, PROJECT, REVIEW, RISK
from presales_mgmt.demo.text import listed, option, said
from presales_mgmt.exceptions import StageConflictError

WIDTH = 110
INDENT = 20


def width_of(text: str) -> int:
	"""Columns that `text` takes on a terminal."""
	return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int, right: bool = False) -> str:
	"""`text` filled up with blanks to `width` columns, to the right or to the left."""
	blanks = " " * max(0, width - width_of(text))
	return blanks + text if right else text + blanks


def wrap(text: str, width: int) -> list[str]:
	"""`text` in lines of at most `width` columns; broken at blanks and between Chinese characters."""
	lines, line, word = [], "", ""
	for char in f"{text} ":
		wide = width_of(char) == 2
		if char == " " or wide:
			if line and width_of(line + word) > width:
				lines.append(line.rstrip())
				line = ""
			line, word = line + word, ""
			if wide and width_of(line) + 2 > width and not _closes(char):
				lines.append(line.rstrip())
				line = ""
			line += char
		else:
			word += char
	return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _closes(char: str) -> bool:
	"""Whether `char` must not begin a line."""
	return char in "，。；：、！？）》」』”’"


class Writer:
	"""Writes to `stream`, the standard output by default."""

	def __init__(self, stream: TextIO | None = None):
		self.stream = stream or sys.stdout
		self._day: str | None = None

	def line(self, text: str = "") -> None:
		try:
			self.stream.write(f"{text}\n")
		except UnicodeEncodeError:
			encoding = self.stream.encoding or "ascii"
			self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")

	def block(self, text: str, indent: int = INDENT, hang: int = 0) -> None:
		"""A paragraph that begins after `indent` columns; further lines `hang` columns later."""
		for number, part in enumerate(wrap(text, WIDTH - indent - hang)):
			self.line(" " * (indent + (hang if number else 0)) + part)

	def title(self, text: str) -> None:
		self.line()
		self.line(text)
		self.line("─" * width_of(text))

	def heading(self, player: Player) -> None:
		"""What is going to be played, and who takes part."""
		title = player.resolve(player.script.title)
		self.line()
		self.line(title)
		self.line("═" * width_of(title))
		self.block(player.resolve(player.script.story), indent=0)
		self.line()
		self.line(_("Company: {0}").format(player.company["name"]))
		self.line(_("Process: {0}").format(_(player.script.process)))
		self.line(_("People:"))
		actors = dict.fromkeys(step.person for step in player.script.steps)
		people = {key: player.name_of(key) for key in player.script.cast["people"]}
		column = max(width_of(name) for name in people.values()) + 2
		for key, name in people.items():
			if key in actors or f"@{key}" in str(player.script.steps):
				self.line(f"  {pad(name, column)}{player.post_of(key)}")
		self.line()

	def event(self, event: Event) -> None:
		"""One step, as soon as it is over."""
		day = event.on.strftime("%Y-%m-%d")
		when = f"{day if day != self._day else '':<10} {event.on:%H:%M}"
		self._day = day
		mark = "✗" if event.error else "✓"
		first = f"{when}  {mark} "
		lines = wrap(said(event.person, event.label), WIDTH - INDENT)
		self.line(first + " " * (INDENT - width_of(first)) + lines[0])
		for further in lines[1:]:
			self.line(" " * (INDENT + 2) + further)
		if event.error:
			self.block(_("Refused ({0}): {1}").format(event.error, event.message), indent=INDENT + 2, hang=2)
			for item in event.missing:
				self.block(
					_("- {0}: found {1}, expected {2}").format(
						item["title"], item["found"], item["expected"]
					),
					indent=INDENT + 4,
					hang=2,
				)
		elif event.result:
			self.block(f"→ {event.result}", indent=INDENT + 2, hang=2)
		for note in event.notes:
			self.block(note, indent=INDENT + 2, hang=2)

	def table(self, columns: list[str], rows: list[list[str]], right: tuple[int, ...] = ()) -> None:
		"""Rows under headings; `right` numbers the columns that are aligned to the right."""
		widths = [max(width_of(row[index]) for row in [columns, *rows]) for index in range(len(columns))]
		for row in [columns, ["─" * width for width in widths], *rows]:
			cells = [pad(cell, widths[index], index in right) for index, cell in enumerate(row)]
			self.line("  " + "  ".join(cells).rstrip())

	def summary(self, summary: Summary) -> None:
		"""The result: days, gates, risks, money, reviews, evaluation."""
		self.title(_("Days per stage"))
		self.table(
			[_("Stage"), _("From"), _("To"), _("Days"), _("Target"), ""],
			[
				[
					stay.label,
					f"{stay.entered:%Y-%m-%d}",
					f"{stay.left:%Y-%m-%d}",
					f"{stay.days:.1f}",
					str(stay.target_days or ""),
					_("late") if stay.is_late else "",
				]
				for stay in summary.stays
			],
			right=(3, 4),
		)
		self.line()
		self.line("  " + _("From start to end: {0} days").format(f"{summary.days:.0f}"))

		self.title(_("What was refused, and what lifted it"))
		for refusal in summary.refusals:
			self.block(
				_("{0} {1}: {2}").format(f"{refusal.on:%Y-%m-%d}", refusal.person, refusal.label),
				indent=2,
				hang=2,
			)
			for text in missing_of(refusal):
				self.block(f"✗ {text}", indent=6, hang=2)
			for text in lifted_of(refusal):
				self.block(f"{'✓' if refusal.lifted else ' '} {text}", indent=6, hang=2)

		self.title(_("Risks"))
		self.table(
			[_("Risk"), _("Inherent"), _("Residual"), _("Status")],
			[
				[
					risk["risk_title"],
					score_of(risk["probability"], risk["impact"], risk["inherent_level"]),
					score_of(risk["residual_probability"], risk["residual_impact"], risk["current_level"]),
					option(risk["status"], RISK),
				]
				for risk in summary.risks
			],
		)

		self.title(_("Money (net, {0})").format(summary.project["company_currency"]))
		self.table(
			["", _("Amount"), _("Compared with won")],
			[
				[row["label"], amount_of(row["amount"]), difference_of(row["difference"])]
				for row in summary.amounts
			],
			right=(1, 2),
		)

		self.title(_("Reviews"))
		self.table(
			[_("Review"), _("Result"), _("Score"), _("Days"), _("Reviewers")],
			[
				[
					said(option(review["review_kind"], REVIEW), review["subject"]),
					option(review["status"], REVIEW),
					f"{flt(review['average_score']):g}",
					str(review["days"] if review["days"] is not None else ""),
					listed(opinion["name_of_reviewer"] for opinion in review["opinions"]),
				]
				for review in summary.reviews
			],
			right=(2, 3),
		)

		evaluation = summary.evaluation
		if evaluation:
			self.title(_("Evaluation"))
			self.table(
				[_("Criterion"), _("Weight"), _("Score")],
				[
					[row["criterion"], f"{flt(row['weight']):g} %", f"{flt(row['score']):g}"]
					for row in evaluation["criteria"]
				],
				right=(1, 2),
			)
			self.line()
			self.line(
				"  "
				+ _("Total: {0} of 100 points, {1}").format(
					f"{flt(evaluation['total_score']):g}", option(evaluation["operation_level"], EVALUATION)
				)
			)
			for fieldname, label in (
				("successes", _("What Went Well")),
				("problems", _("Problems")),
				("lessons", _("Lessons Learned")),
			):
				if evaluation.get(fieldname):
					self.block(said(label, evaluation[fieldname]), indent=2, hang=2)

		project = summary.project
		self.line()
		self.block(
			_("{0} {1}: {2}, won {3} in {4} days; {5} refusals, {6} of them lifted.").format(
				project["name"],
				project["project_title"],
				option(project["status"], PROJECT),
				f"{project['company_currency']} {amount_of(project['base_won_amount'])}",
				f"{summary.days:.0f}",
				len(summary.refusals),
				sum(1 for refusal in summary.refusals if refusal.lifted),
			),
			indent=0,
		)


def missing_of(refusal: Event) -> list[str]:
	"""Why something was refused: one line for each requirement, with what was found then and in the end."""
	if not refusal.missing:
		return [refusal.message or refusal.error]
	return [
		said(item["title"], f"{item['found']} → {item['now']}" if item["now"] else item["found"])
		for item in refusal.missing
	]


def lifted_of(refusal: Event) -> list[str]:
	"""What ended a refusal, or that nothing did."""
	if refusal.lifted:
		when = _("Lifted on {0} by {1}").format(f"{refusal.lifted['on']:%Y-%m-%d}", refusal.lifted["by"])
		return [when, *refusal.lifted["how"]]
	if refusal.can_be_lifted:
		return [_("Not lifted")]
	if refusal.error == StageConflictError.__name__:
		return [_("Stands: somebody else was faster")]
	return [_("Stands: {0} has no right to it").format(refusal.person)]


def score_of(probability: int, impact: int, level: str) -> str:
	"""Probability x impact = score and its level; a dash when not assessed."""
	if not probability:
		return "–"
	return f"{probability} × {impact} = {probability * impact} {option(level, RISK)}"


def amount_of(amount: float) -> str:
	"""An amount without decimals, grouped by thousands."""
	return f"{flt(amount):,.0f}"


def difference_of(difference: float | None) -> str:
	"""A difference with its sign, nothing when there is none to tell."""
	return "" if difference is None else f"{difference:+,.0f}" if difference else "0"
