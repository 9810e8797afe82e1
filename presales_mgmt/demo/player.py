"""Plays a deal: each step at its time, as the person whose duty it is, and keeps what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model import table_fields
from frappe.utils import flt, fmt_money

from presales_mgmt.demo.clock import Clock
from presales_mgmt.demo.desk import Desk, message_of
from presales_mgmt.demo.errors import DemoDataError, DemoError
from presales_mgmt.demo.script import MOMENT, REFERENCE, Script, Step, in_language
from presales_mgmt.demo.steps import KINDS, PROJECT
from presales_mgmt.exceptions import (
	BidError,
	EstimateNotApprovedError,
	GateError,
	HandoverError,
	LifecycleError,
)

# Errors that say "not yet", while others say "not by you" or "not like this".
LIFTABLE = tuple(
	error.__name__ for error in (GateError, LifecycleError, EstimateNotApprovedError, BidError, HandoverError)
)


@dataclass
class Event:
	"""What came of a step.

	A refused one has `error`, `message` and, from a gate, what was `missing`: {"code", "title", "stage", "found",
	"expected", "now": what was found when the same act succeeded}. `lifted` is {"on", "by", "how"} by then.
	"""

	number: int
	on: datetime
	person: str
	post: str
	label: str
	notes: list[str] = field(default_factory=list)
	result: str | None = None
	achieved: list[str] = field(default_factory=list)
	error: str | None = None
	message: str | None = None
	missing: list[dict] = field(default_factory=list)
	stage: str | None = None
	key: tuple[str, str] | None = None
	lifted: dict | None = None

	@property
	def is_gate(self) -> bool:
		"""Whether a gate refused this."""
		return self.error == GateError.__name__

	@property
	def can_be_lifted(self) -> bool:
		"""Whether the same act may succeed later; what one is not allowed to do, one is never allowed to do."""
		return self.key is not None and self.error in LIFTABLE


class Player:
	"""Plays `script` at `desk`. `names` tells the record behind each "@key" of the cast."""

	def __init__(self, script: Script, desk: Desk, clock: Clock, names: dict[str, str], company: dict):
		self.script = script
		self.desk = desk
		self.clock = clock
		self.names = names
		self.company = company
		self.events: list[Event] = []
		self.project: str | None = None
		self.made: list[tuple[str, str]] = []
		self.user = ""
		self.status: str | None = None
		self._kept: dict[str, tuple[str, str]] = {}
		self._found: dict[str, str] = {}
		self._step: Step | None = None
		self._event: Event | None = None
		self._override: str | None = None

	def play(self):
		"""Play all steps; yields the `Event` of each as soon as it is over.

		Raises:
			DemoError: a step was refused that should pass, passed that should be refused, or was refused in
				another way than the data file says.
		"""
		for step in self.script.steps:
			yield self._play(step)

	def _play(self, step: Step) -> Event:
		kind = KINDS[step.kind]
		self.clock.set(step.on)
		self.user = self.names[f"@{step.person}"]
		self._step, self._override = step, None
		label = self.resolve(step.say) if step.say else kind.label(self, step)
		self._event = event = Event(
			step.number, step.on, self.name_of(step.person), self.post_of(step.person), label
		)
		self.status, event.stage = self._status_and_stage()
		try:
			kind.play(self, step)
		except DemoError:
			raise
		except Exception as error:
			self._refused(step, event, error)
		else:
			if step.refused:
				raise DemoError(
					_("{0}: this went through; expected to be refused with {1}.").format(
						self._place(step), step.refused
					)
				)
			self._lift(event)
		self.events.append(event)
		return event

	def _refused(self, step: Step, event: Event, error: Exception) -> None:
		message = message_of(error)
		names = [cls.__name__ for cls in type(error).__mro__]
		if step.refused not in names:
			raise DemoError(
				_("{0}: refused with {1}, expected {2}. {3}").format(
					self._place(step),
					names[0],
					step.refused or _("no refusal"),
					_with_findings(message, error),
				)
			) from error
		event.error, event.message = names[0], self.with_names(message)
		event.missing = [
			{
				"code": finding.requirement.code,
				"title": _(finding.requirement.title),
				"stage": _(finding.requirement.stage),
				"found": self.with_names(finding.answer.found),
				"expected": finding.answer.expected,
				"now": None,
			}
			for finding in getattr(error, "findings", ())
		]

	def _lift(self, event: Event) -> None:
		"""Note on which earlier refusals of the same act `event` puts an end to, and what made the difference."""
		if not event.key:
			return
		for position, refusal in enumerate(self.events):
			if not refusal.can_be_lifted or refusal.lifted or refusal.key != event.key:
				continue
			for item in refusal.missing:
				item["now"] = self._found.get(item["code"])
			if self._override and refusal.missing:
				how = [_("Override by {0}: {1}").format(event.person, self._override)]
			elif refusal.missing and any(item["now"] for item in refusal.missing):
				how = []
			else:
				# What an application lacks, no gate tells of when it is there.
				how = [text for later in self.events[position + 1 :] for text in later.achieved]
			refusal.lifted = {"on": event.on, "by": event.person, "how": how}

	# -------------------------------------------------------------------------- for the kinds of steps

	def result(self, text: str) -> None:
		"""What came of the step, in few words."""
		self._event.result = text

	def achieved(self, text: str, show: bool = False) -> None:
		"""Something that a refusal may have been waiting for; it becomes the result of a step that has none.

		`show` makes a line of it where the step has another result.
		"""
		self._event.achieved.append(text)
		if not self._event.result or self._event.result == text:
			self._event.result = text
		elif show:
			self._event.notes.append(text)

	def note(self, text: str) -> None:
		"""One more line about the step."""
		self._event.notes.append(text)

	def will_lift(self, act: str, target: str) -> None:
		"""The step tries `act` on `target`. If it is refused, the next success of the same lifts the refusal."""
		self._event.key = (act, target)

	def lifted_by_override(self, reason: str) -> None:
		self._override = reason

	def gate_status(self) -> dict:
		"""What the person's form shows of the gate of the present stage."""
		return self.desk.call(self.user, "presales_mgmt.api.get_gate_status", project=self.project)

	def look_at_gate(self) -> None:
		self.remember_findings(self.gate_status()["findings"])

	def remember_findings(self, findings: list[dict]) -> None:
		"""Keep by what a requirement was satisfied, to tell later what lifted a refusal."""
		self._found.update(
			{row["code"]: self.with_names(row["found"]) for row in findings if row["satisfied"]}
		)

	def file_document(self, document: str, person: str, on: str | None) -> None:
		"""Let the document controller `person` submit a draft of the archive."""
		if on:
			self.clock.set(datetime.strptime(on, MOMENT))
		controller = self.resolve(person)
		self.desk.submit(controller, self.desk.get(controller, "Presales Document", document))

	def keep(self, step: Step, doc: dict) -> None:
		"""Keep the record under the name that the step gives it, for later steps."""
		self.made.append((doc["doctype"], doc["name"]))
		if step.keep_as:
			self._kept[f"${step.keep_as}"] = (doc["doctype"], doc["name"])

	def kept_record(self, reference: str) -> tuple[str, str]:
		"""(DocType, name) of what "$key" stands for."""
		if reference not in self._kept:
			raise self.fault(reference, None, _("a record that an earlier step has made"))
		return self._kept[reference]

	def kept_label(self, reference: str) -> tuple[str, str]:
		"""(translated DocType, name) of what "$key" stands for."""
		doctype, docname = self.kept_record(reference)
		return _(doctype), docname

	def resolve(self, value: Any) -> Any:
		"""`value` in the language of the play, with records in the place of "@key" and "$key"."""
		value = in_language(value, self.desk.lang)
		if isinstance(value, str) and REFERENCE.fullmatch(value):
			return self.names[value] if value in self.names else self.kept_record(value)[1]
		if isinstance(value, dict):
			return {key: self.resolve(item) for key, item in value.items()}
		if isinstance(value, list):
			return [self.resolve(item) for item in value]
		return value

	def values_for(self, doctype: str, values: dict) -> dict:
		"""`values` resolved, for fields that `doctype` has. Frappe would drop the others without a word."""
		self._check_fields(doctype, values)
		return self.resolve(values)

	def meta_of(self, doctype: str):
		"""The meta of a DocType that the data file names."""
		if not frappe.db.exists("DocType", doctype):
			raise self.fault("what", doctype, _("the name of a record type"))
		return frappe.get_meta(doctype)

	def _check_fields(self, doctype: str, values: dict) -> None:
		meta = self.meta_of(doctype)
		for fieldname, value in values.items():
			df = meta.get_field(fieldname)
			if not df:
				raise self.fault(fieldname, value, _("a field of {0}").format(doctype))
			if isinstance(value, list):
				if df.fieldtype not in table_fields:
					raise self.fault(fieldname, value, _("a field of {0} that is a table").format(doctype))
				for row in value:
					self._check_fields(df.options, row)

	def add_rows(self, doc: dict, tables: dict[str, list[dict]]) -> None:
		"""Append rows to the tables of an open document."""
		for table, rows in tables.items():
			self._check_fields(doc["doctype"], {table: rows})
			doc.setdefault(table, []).extend(self.resolve(rows))

	def change_rows(self, doc: dict, changes: list[dict]) -> None:
		"""Change those rows of an open document that `where` picks out."""
		for change in changes:
			table, where = change["table"], self.resolve(change["where"])
			self._check_fields(doc["doctype"], {table: [change["where"], change["values"]]})
			rows = [row for row in doc.get(table, []) if all(row.get(key) == where[key] for key in where)]
			if not rows:
				raise self.fault(table, where, _("a row that {0} has").format(doc["name"]))
			for row in rows:
				row.update(self.resolve(change["values"]))

	def set_prices(self, doc: dict, prices: dict[str, float]) -> None:
		"""Set the rates in an open quotation or order. ERPNext makes the payment schedule anew, as the form does."""
		doc["payment_schedule"] = []
		rates = {self.resolve(product): rate for product, rate in prices.items()}
		rows = {row["item_code"]: row for row in doc["items"]}
		for item, rate in rates.items():
			if item not in rows:
				raise self.fault("prices", item, ", ".join(rows))
			rows[item].update(
				{"rate": rate, "price_list_rate": rate, "discount_percentage": 0, "margin_type": ""}
			)

	def fault(self, fieldname: str, found: Any, expected: str) -> DemoDataError:
		"""The error for a value of the data file that proves wrong while it is played."""
		shown = _("nothing") if found is None else found
		return DemoDataError(
			_("{0}, {1}: found {2}, expected {3}.").format(
				self._place(self._step), fieldname, shown, expected
			)
		)

	def name_of(self, person: str) -> str:
		"""The name of "@person" or "person" in the language of the play."""
		return in_language(self.script.cast["people"][person.removeprefix("@")]["name"], self.desk.lang)

	def post_of(self, person: str) -> str:
		return in_language(self.script.cast["people"][person.removeprefix("@")]["post"], self.desk.lang)

	def name_of_user(self, user: str) -> str:
		"""The name of the person with this user account; the account itself when it is nobody of the cast."""
		for key in self.script.cast["people"]:
			if self.names.get(f"@{key}") == user:
				return self.name_of(key)
		return user

	def with_names(self, text: str) -> str:
		"""`text` with the names of people in the place of their user accounts."""
		for key in self.script.cast["people"]:
			text = text.replace(self.names[f"@{key}"], self.name_of(key))
		return text

	def money(self, amount: float | None) -> str:
		"""An amount in the company's currency, without decimals."""
		return fmt_money(flt(amount), precision=0, currency=self.company["default_currency"])

	def _status_and_stage(self) -> tuple[str | None, str | None]:
		"""For the record only; what people see they read through the desk."""
		return (
			frappe.db.get_value(PROJECT, self.project, ["status", "stage"]) if self.project else (None, None)
		)

	def _place(self, step: Step) -> str:
		return _("{0}, step {1} ({2}) by {3}").format(
			self.script.file, step.number, step.kind, self.name_of(step.person)
		)


def _with_findings(message: str, error: Exception) -> str:
	missing = "; ".join(
		_("{0}: found {1}, expected {2}").format(
			_(finding.requirement.title), finding.answer.found, finding.answer.expected
		)
		for finding in getattr(error, "findings", ())
	)
	return f"{message} {missing}".strip()
