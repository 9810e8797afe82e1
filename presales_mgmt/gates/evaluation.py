"""Evaluates gates: for one project or for ten thousand, with the same number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import frappe
from frappe import _

from presales_mgmt.gates.checkers import Ask, broken, get_checkers
from presales_mgmt.gates.definitions import load_processes
from presales_mgmt.gates.rules import Finding, Requirement
from presales_mgmt.permissions.scope import PROJECT

# What is asked of a project depends on these.
FIELDS = ("name", "process_version", "stage", "project_class", "is_large_project")


def evaluate(
	projects: Iterable[str], stages: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[Finding]]:
	"""What the gates of `projects` say.

	Args:
		projects: names of Presales Projects. Permissions are the caller's matter.
		stages: for each project the stages whose requirements are looked at; without it the stage in which
			the project is.

	Returns:
		For each project that exists its findings, in the order of the process. A project that is in no
		stage, or whose stage asks for nothing, has an empty list. What does not apply to a project of its
		class and size is no finding.

	One query for the projects, two for the processes that are not in Frappe's cache, and a fixed number for each kind
	of requirement.
	"""
	return evaluate_rows(
		frappe.get_all(
			PROJECT,
			filters={"name": ["in", sorted(set(projects))]},
			fields=FIELDS,
			order_by="name asc",
		),
		stages,
	)


def evaluate_rows(
	rows: Sequence, stages: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[Finding]]:
	"""`evaluate` for projects that have been read already: `rows` have the `FIELDS`."""
	processes = load_processes(row.process_version for row in rows)

	asked = {row.name: [] for row in rows}
	for row in rows:
		process = processes.get(row.process_version)
		if not process:
			continue
		for stage in (stages or {}).get(row.name, [row.stage]):
			asked[row.name] += [
				requirement
				for requirement in process.requirements_of(stage)
				if requirement.applies(row.project_class, bool(row.is_large_project))
			]
	return answer(asked)


def answer(requirements: Mapping[str, Sequence[Requirement]]) -> dict[str, list[Finding]]:
	"""The finding of each requirement, in order, for each project. A fixed number of queries for each kind."""
	asks: dict[str, list[Ask]] = defaultdict(list)
	findings: dict[str, list[Finding | None]] = {}
	places: dict[str, list[tuple[str, int]]] = defaultdict(list)
	for project, asked in requirements.items():
		findings[project] = [None] * len(asked)
		for index, requirement in enumerate(asked):
			asks[requirement.kind].append(Ask(project, requirement))
			places[requirement.kind].append((project, index))

	checkers = get_checkers()
	for kind, asked in asks.items():
		checker = checkers.get(kind)
		answers = (
			checker(asked) if checker else [broken(_("Requirement kind {0}").format(_(kind)))] * len(asked)
		)
		for (project, index), ask, given in zip(places[kind], asked, answers, strict=True):
			findings[project][index] = Finding(ask.requirement, given)
	return findings


def blocking(findings: Iterable[Finding]) -> list[Finding]:
	"""Those findings that hold a project back."""
	return [finding for finding in findings if finding.blocks]


def describe(findings: Iterable[Finding]) -> str:
	"""The findings as an HTML list in the user's language, for a message."""
	escape = frappe.utils.escape_html
	items = "".join(
		"<li>{}</li>".format(
			# Frappe looks up no translation for a text with tags in it.
			_("{0} ({1}): found {2}, expected {3}").format(
				f"<b>{escape(_(finding.requirement.title))}</b>",
				escape(_(finding.requirement.stage)),
				escape(finding.answer.found),
				escape(finding.answer.expected),
			)
		)
		for finding in findings
	)
	return f"<ul>{items}</ul>"
