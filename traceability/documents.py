"""docs/duties.md and docs/regulations.md as text."""

import json
from collections import defaultdict

from traceability import matrix, sources
from traceability.clauses import CLAUSES, REGULATIONS
from traceability.duties import DUTIES
from traceability.markers import marked_tests

DUTIES_PATH = sources.ROOT / "docs" / "duties.md"
REGULATIONS_PATH = sources.ROOT / "docs" / "regulations.md"
LETTERS = {
	"read": "R",
	"create": "C",
	"write": "W",
	"submit": "S",
	"cancel": "X",
	"delete": "D",
	"export": "E",
}


def duties_text() -> str:
	lines = [
		"# Duties",
		"",
		"Written by `make duties` from the app's files; a test fails when it is not current, and another when the",
		"rights below are not those of a live site.",
		"",
		"## Who does what with what",
		"",
		"A role gives the right to a kind of act; on which projects is decided by the project's team and supervisors.",
		"",
		"| Clause | Duty | Role | By | Still to come |",
		"|---|---|---|---|---|",
	]
	lines += [
		_row(
			duty.clause,
			duty.duty,
			"<br>".join(duty.roles),
			"<br>".join(means.describe() for means in duty.means),
			duty.later,
		)
		for duty in DUTIES
	]
	lines += [
		"",
		"## Who may do what with which record",
		"",
		"Of one project with its director, manager, an engineer on the team and a supervisor of the company. The peer",
		"has the roles of director, manager and engineer, but is not on the team. What lies on one's way besides, such",
		"as that nobody approves what they applied for, is said in [architecture.md](architecture.md). A delegate stands",
		"where the absent one stands, with the own roles. Who has decided in a review sees what the others who have",
		"decided said before it is concluded. A delegation in another's name is made by a leader only.",
		"",
		", ".join(f"{letter} = {action}" for action, letter in LETTERS.items())
		+ ". A dash means no right at all.",
		"",
		_row("Record", *(persona.label for persona in matrix.PERSONAS)),
		"|---|" + "---|" * len(matrix.PERSONAS),
	]
	rights = matrix.matrix()
	for row in matrix.rows():
		cells = []
		for persona in matrix.PERSONAS:
			letters = [
				letter for action, letter in LETTERS.items() if rights[persona.name, row.label, action]
			]
			cells.append(" ".join(letters) or "–")
		lines.append(_row(row.label, *cells))
	return "\n".join(lines) + "\n"


def regulations_text() -> str:
	tests, gates = marked_tests(), gates_by_clause()
	covered = [clause for clause in CLAUSES if not clause.later]
	lines = [
		"# Regulations",
		"",
		"What the nine regulations ask, what does it, and which tests prove it. Written by `make regulations` from",
		"`traceability/clauses.py`, the shipped processes and the tests; a test fails when it is not current, when a",
		"clause has no passing test, and when a test names a clause that is not here.",
		"",
		f"{len(CLAUSES)} clauses: {len(covered)} covered, {len(CLAUSES) - len(covered)} later.",
	]
	for regulation, title in REGULATIONS.items():
		lines += [
			"",
			f"## {regulation} {title}",
			"",
			"| Clause | Asks | What does it | Gates of the processes | Tests |",
			"|---|---|---|---|---|",
		]
		for clause in CLAUSES:
			if clause.id.split(".")[0] != regulation:
				continue
			does = clause.by + (f"<br>*Still to come: {clause.rest}*" if clause.rest else "")
			lines.append(
				_row(
					clause.id,
					clause.asks,
					f"*Later: {clause.later}*" if clause.later else does,
					"<br>".join(gates.get(clause.id, ())),
					"<br>".join(f"`{test}`" for test in tests.get(clause.id, ())),
				)
			)
	return "\n".join(lines) + "\n"


def gates_by_clause() -> dict[str, list[str]]:
	"""Clause id -> the stages of shipped processes whose gate names it, as "R7: Bid Review"."""
	found: dict[str, list[str]] = defaultdict(list)
	for path in sorted((sources.APP / "setup" / "processes").glob("*.json")):
		process = json.loads(path.read_text(encoding="utf-8"))
		stages: dict[str, list[str]] = defaultdict(list)
		for row in process["requirements"]:
			clause = row.get("clause")
			if clause and row["stage"] not in stages[clause]:
				stages[clause].append(row["stage"])
		for clause, names in stages.items():
			found[clause].append(f"{process['regulation']}: {', '.join(names)}")
	return dict(found)


def _row(*cells: str) -> str:
	return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
