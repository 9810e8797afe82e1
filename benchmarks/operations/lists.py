"""List, count and search in link fields, as the people who have a share of the projects, beside raw SQL."""

from collections.abc import Iterator

import frappe
from frappe.desk import reportview
from frappe.desk.search import search_link

from benchmarks.measure import Side
from benchmarks.operations.base import PROJECT, Bench, Comparison, as_user, one_of, same
from benchmarks.result import Budget
from benchmarks.spread import SPECIAL
from benchmarks.world import email

GROUP = "Lists"
FIELDS = (
	"name",
	"project_title",
	"customer_name",
	"status",
	"stage",
	"expected_amount",
	"is_large_project",
	"modified",
)
PAGE = 20
FOUND = 10
TEXT = "parking"

LABELS = {"engineer": "member", "specialist": f"member of {SPECIAL} projects"}

COLUMNS = ", ".join(FIELDS)
RULE = (
	f"name in (select parent from `tabPresales Project Member` where parenttype = '{PROJECT}'"
	" and user = %(user)s and active = 1)"
)


def operations(bench: Bench) -> Iterator[Comparison]:
	for person in ("director", "engineer", "specialist", "supervisor", "outsider"):
		user = email(person) if person in ("outsider", "specialist") else one_of(person)
		label = LABELS.get(person, person)
		budget = Budget(ratio=2.0) if person == "engineer" else Budget()
		yield listing(user, label, budget)
		yield counting(user, label)
		yield searching(user, label)


def listing(user: str, label: str, budget: Budget) -> Comparison:
	def ours(_user):
		return frappe.get_list(PROJECT, fields=list(FIELDS), order_by="modified desc", limit_page_length=PAGE)

	def theirs(_user):
		return frappe.db.sql(
			f"select {COLUMNS} from `tab{PROJECT}` where {RULE} order by modified desc limit {PAGE}",
			{"user": user},
			as_dict=True,
		)

	return _compare(
		f"list of {PAGE}, as {label}",
		user,
		ours,
		theirs,
		budget,
		scales=user in (email("specialist"), email("outsider")),
	)


def counting(user: str, label: str) -> Comparison:
	def ours(_user):
		frappe.local.form_dict = frappe._dict(
			doctype=PROJECT, filters="[]", fields="[]", distinct="false", save_user_settings="false"
		)
		return reportview.get_count()

	def theirs(_user):
		return frappe.db.sql(f"select count(*) from `tab{PROJECT}` where {RULE}", {"user": user})[0][0]

	return _compare(f"count, as {label}", user, ours, theirs, Budget())


def searching(user: str, label: str) -> Comparison:
	"""Only the number of what is found is compared: Frappe puts what begins with the text first."""

	def ours(_user):
		return search_link(PROJECT, TEXT, page_length=FOUND)

	def theirs(_user):
		return frappe.db.sql(
			f"""select name, project_title, customer_name from `tab{PROJECT}` where {RULE}
			and (name like %(text)s or project_title like %(text)s or customer_name like %(text)s)
			order by modified desc limit {FOUND}""",
			{"user": user, "text": f"%{TEXT}%"},
		)

	return _compare(f"link search, as {label}", user, ours, theirs, Budget(), of_result=len)


def _compare(
	operation, user, ours, theirs, budget, scales=False, of_result=lambda result: result
) -> Comparison:
	def check():
		with as_user(user):
			same(of_result(ours(user)), of_result(theirs(user)), operation)

	def prepare():
		frappe.set_user(user)
		return user

	return Comparison(
		GROUP,
		operation,
		ours=Side(run=ours, prepare=prepare, repeatable=True),
		counterpart_name="raw SQL",
		counterpart=Side(run=theirs, prepare=prepare, repeatable=True),
		budget=budget,
		scales=scales,
		check=check,
	)
