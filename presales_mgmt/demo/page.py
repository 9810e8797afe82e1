"""The result as one HTML page that needs nothing else: geometry here, drawing in `templates/demo_report.html`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, hypot, sqrt

import frappe
from frappe import _
from frappe.utils import flt

from presales_mgmt.demo.player import Player
from presales_mgmt.demo.report import Summary
from presales_mgmt.demo.steps import RISK
from presales_mgmt.demo.text import listed, option, said
from presales_mgmt.demo.writer import amount_of, difference_of, lifted_of, missing_of, score_of
from presales_mgmt.rules.risk import LEVELS, SCALE, RiskBands

TEMPLATE = "presales_mgmt/demo/templates/demo_report.html"


def render(player: Player, summary: Summary) -> str:
	"""The page in the language of the play. Every value is escaped by the template."""
	return frappe.render_template(
		TEMPLATE,
		{
			"lang": player.desk.lang,
			"player": player,
			"summary": summary,
			"project": summary.project,
			"title": player.resolve(player.script.title),
			"story": player.resolve(player.script.story),
			"timeline": timeline(summary),
			"matrix": matrix(summary),
			"amounts": bars(summary.amounts),
			"amount_of": amount_of,
			"difference_of": difference_of,
			"missing_of": missing_of,
			"lifted_of": lifted_of,
			"score_of": score_of,
			"name_of_user": player.name_of_user,
			"flt": flt,
			"option": option,
			"plain": frappe.utils.strip_html,
			"said": said,
		},
	)


# --------------------------------------------------------------------------------------------- timeline


@dataclass(frozen=True)
class Scale:
	"""Turns times into places on a line that begins at `left` and is `width` long."""

	start: datetime
	end: datetime
	left: float
	width: float

	def at(self, moment: datetime) -> float:
		whole = (self.end - self.start).total_seconds() or 1
		return round(self.left + self.width * (moment - self.start).total_seconds() / whole, 1)


def timeline(summary: Summary) -> dict:
	"""One row for each stay in a stage: its bar, the part beyond the target, where the gate refused."""
	label_width, plot_width, row_height, top = 250, 642, 34, 30
	start = min(stay.entered for stay in summary.stays)
	scale = Scale(start, max(summary.ended_on, start + timedelta(days=1)), label_width, plot_width)
	rows = []
	for index, stay in enumerate(summary.stays):
		x, end = scale.at(stay.entered), scale.at(stay.left)
		due = stay.entered + timedelta(days=stay.target_days)
		target = min(max(scale.at(due), x), label_width + plot_width) if stay.target_days else None
		in_time = min(end, target) if target is not None else end
		rows.append(
			{
				"y": top + index * row_height,
				"label": stay.label,
				"x": x,
				"width": max(round(in_time - x, 1), 2),
				"late_x": in_time,
				"late_width": round(end - in_time, 1),
				"target": target,
				"days": f"{stay.days:.1f}",
				"target_days": stay.target_days,
				"is_late": stay.is_late,
				"override": stay.override_reason,
				"hint": _("{0}: {1} to {2}").format(
					stay.label, f"{stay.entered:%Y-%m-%d}", f"{stay.left:%Y-%m-%d}"
				),
				"refusals": [
					{
						"x": scale.at(refusal.on),
						"hint": f"{refusal.on:%Y-%m-%d} {listed(missing_of(refusal))}",
					}
					for refusal in summary.gates_refused
					if stay.entered <= refusal.on < stay.left
				],
			}
		)
	bottom = top + len(rows) * row_height
	return {
		"width": label_width + plot_width + 8,
		"height": bottom + 10,
		"top": top,
		"bottom": bottom,
		"left": label_width,
		"row_height": row_height,
		"rows": rows,
		"months": [
			{"x": x, "label": f"{first:%Y-%m}" if x < label_width + plot_width - 50 else ""}
			for first in _months(start.date(), summary.ended_on.date())
			for x in [scale.at(datetime(first.year, first.month, 1))]
		],
	}


def _months(start: date, end: date) -> list[date]:
	"""The first days of the months that begin after `start` and up to `end`."""
	first, months = start.replace(day=1), []
	while True:
		first = (first + timedelta(days=32)).replace(day=1)
		if first > end:
			return months
		months.append(first)


# ------------------------------------------------------------------------------------------ risk matrix

CELL, MATRIX_LEFT, MATRIX_TOP, RADIUS = 84, 54, 12, 13


def matrix(summary: Summary) -> dict:
	"""Cells of the 5 x 5 matrix, and the risks in them: where they began, where they are, and the way between."""
	bands = RiskBands(
		summary.bands["low_risk_max"], summary.bands["medium_risk_max"], summary.bands["high_risk_max"]
	)
	marks = []
	for number, risk in enumerate(summary.risks, 1):
		marks.append((number, "inherent", risk["probability"], risk["impact"]))
		if risk["residual_score"]:
			marks.append((number, "residual", risk["residual_probability"], risk["residual_impact"]))
	places = _places(marks)
	return {
		"size": CELL * len(SCALE),
		"width": MATRIX_LEFT + CELL * len(SCALE) + 10,
		"height": MATRIX_TOP + CELL * len(SCALE) + 48,
		"left": MATRIX_LEFT,
		"top": MATRIX_TOP,
		"cell": CELL,
		"radius": RADIUS,
		"scale": list(SCALE),
		"levels": [{"key": level.lower(), "label": option(level, RISK)} for level in LEVELS],
		"cells": [
			{
				"x": MATRIX_LEFT + (impact - 1) * CELL,
				"y": MATRIX_TOP + (len(SCALE) - probability) * CELL,
				"score": probability * impact,
				"level": bands.level(probability * impact).lower(),
			}
			for probability in SCALE
			for impact in SCALE
		],
		"risks": [
			{
				"number": number,
				"title": risk["risk_title"],
				"inherent": places[number, "inherent"],
				"residual": places.get((number, "residual")),
				"arrow": _arrow(places[number, "inherent"], places.get((number, "residual"))),
				"row": risk,
			}
			for number, risk in enumerate(summary.risks, 1)
		],
	}


def _places(marks: list[tuple]) -> dict[tuple[int, str], dict]:
	"""Where each mark is drawn: those that share a cell side by side."""
	cells = defaultdict(list)
	for number, kind, probability, impact in marks:
		cells[probability, impact].append((number, kind))
	places = {}
	for (probability, impact), inside in cells.items():
		columns = ceil(sqrt(len(inside)))
		lines = ceil(len(inside) / columns)
		for index, key in enumerate(inside):
			column, line = index % columns, index // columns
			places[key] = {
				"x": round(MATRIX_LEFT + (impact - 1) * CELL + CELL * (column + 0.5) / columns, 1),
				"y": round(MATRIX_TOP + (len(SCALE) - probability) * CELL + CELL * (line + 0.5) / lines, 1),
			}
	return places


def _arrow(start: dict, end: dict | None) -> dict | None:
	"""The line between two marks, from edge to edge."""
	if not end:
		return None
	across, down = end["x"] - start["x"], end["y"] - start["y"]
	length = hypot(across, down)
	if length <= 2 * RADIUS + 4:
		return None
	return {
		"x1": round(start["x"] + across * RADIUS / length, 1),
		"y1": round(start["y"] + down * RADIUS / length, 1),
		"x2": round(end["x"] - across * (RADIUS + 5) / length, 1),
		"y2": round(end["y"] - down * (RADIUS + 5) / length, 1),
	}


# ------------------------------------------------------------------------------------------------ money


def bars(amounts: list[dict]) -> list[dict]:
	"""The amounts with the length of a bar for each, in percent of the longest."""
	largest = max((row["amount"] for row in amounts), default=0) or 1
	return [{**row, "percent": round(100 * row["amount"] / largest, 1)} for row in amounts]
