"""The ratios of a run as a bar chart: SVG as text, nothing else needed."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from benchmarks.result import OVER, Row

WIDTH = 960
LABEL_WIDTH = 440
BAR_HEIGHT = 14
LINE_HEIGHT = 24
TOP = 56
MARGIN = 20
# Ratios from a hundredth to a hundred: a logarithmic scale, on which twice as fast is as far from 1 as twice as slow.
LOWEST, HIGHEST = 0.05, 100.0
TICKS = (0.1, 0.5, 1, 2, 5, 10, 50)


def position(ratio: float) -> float:
	"""Where on the x axis a ratio stands."""
	ratio = min(max(ratio, LOWEST), HIGHEST)
	span = math.log(HIGHEST / LOWEST)
	return LABEL_WIDTH + (WIDTH - LABEL_WIDTH - MARGIN) * math.log(ratio / LOWEST) / span


def chart(rows: Sequence[Row], title: str) -> str:
	"""A bar from 1 to each ratio, a line over its range, and an orange mark at its budget. Red is over budget."""
	shown = [row for row in rows if row.ratio is not None]
	groups = list(dict.fromkeys(row.group for row in shown))
	height = TOP + LINE_HEIGHT * (len(shown) + len(groups)) + MARGIN
	parts = [
		f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
		' font-family="sans-serif" font-size="12">',
		f"<title>{escape(title)}</title>",
		f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
		f'<text x="{MARGIN}" y="22" font-size="14" fill="#1f272e">{escape(title)}</text>',
	]
	for tick in TICKS:
		x = position(tick)
		stroke = "#7c7c7c" if tick == 1 else "#e2e2e2"
		parts.append(
			f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - MARGIN}" stroke="{stroke}"/>'
		)
		parts.append(
			f'<text x="{x:.1f}" y="{TOP - 12}" text-anchor="middle" fill="#7c7c7c">{tick:g} ×</text>'
		)
	top = TOP
	for group in groups:
		parts.append(
			f'<text x="{MARGIN}" y="{top + LINE_HEIGHT / 2 + 4:.1f}" font-weight="bold" fill="#1f272e">{escape(group)}</text>'
		)
		top += LINE_HEIGHT
		for row in shown:
			if row.group == group:
				parts += _bar(row, top)
				top += LINE_HEIGHT
	parts.append("</svg>")
	return "\n".join(parts) + "\n"


def _bar(row: Row, top: float) -> list[str]:
	middle = top + LINE_HEIGHT / 2
	one, end = position(1), position(row.ratio)
	color = "#e24c4c" if row.verdict == OVER else "#2490ef"
	label = f"{row.operation} ÷ {row.counterpart}" if row.counterpart else row.operation
	parts = [
		f'<text x="{LABEL_WIDTH - 8}" y="{middle + 4:.1f}" text-anchor="end" fill="#1f272e">{escape(label)}</text>',
		f'<rect x="{min(one, end):.1f}" y="{middle - BAR_HEIGHT / 2:.1f}" width="{max(1, abs(end - one)):.1f}"'
		f' height="{BAR_HEIGHT}" fill="{color}"><title>{row.ratio:.2f}</title></rect>',
		f'<line x1="{position(row.lowest):.1f}" y1="{middle:.1f}" x2="{position(row.highest):.1f}" y2="{middle:.1f}"'
		' stroke="#1f272e"/>',
	]
	if row.budget.ratio is not None:
		x = position(row.budget.ratio)
		parts.append(
			f'<line x1="{x:.1f}" y1="{middle - 9:.1f}" x2="{x:.1f}" y2="{middle + 9:.1f}"'
			' stroke="#f68100" stroke-width="2"/>'
		)
	return parts
