"""Companies, people, items and processes of the benchmark, and the DocTypes that are its floor and the project's twin."""

from contextlib import contextmanager

import frappe

from benchmarks import manifest
from benchmarks.manifest import PREFIX
from benchmarks.spread import PEOPLE
from presales_mgmt.gates.definitions import load_processes
from presales_mgmt.presales_mgmt.doctype.presales_process.presales_process import freeze

PROJECT = "Presales Project"
DOMAIN = "presales-bench.example.com"
# Name, abbreviation, currency.
COMPANIES = (("PSB Presales Bench", "PSBA", "CNY"), ("PSB Presales Bench Two", "PSBB", "CNY"))
PROCESSES = ("Nine-Stage Presales", "Marketing-Centre Project Presales", "Security Engineering Presales")
ITEMS = tuple(f"{PREFIX}ITEM-{number}" for number in range(5))
COMPETITOR = f"{PREFIX}Competitor"
LOST_REASON = f"{PREFIX}Price Too High"

ROLES = {
	"director": ("Presales Director", "Sales Manager", "Sales User"),
	"manager": ("Presales Manager", "Sales Manager", "Sales User"),
	"engineer": ("Presales Engineer",),
	"specialist": ("Presales Engineer",),
	"archivist": ("Presales Document Controller",),
	"supervisor": ("Presales Supervisor",),
	"leader": ("Presales Leader",),
	"outsider": ("Presales Engineer", "Presales Manager", "Sales User"),
}

# The floor: 25 fields as business documents have them, three rows, no controller, nothing tracked.
FLOOR = "PSB Floor"
FLOOR_ROW = "PSB Floor Row"
FLOOR_FIELDS = (
	*(("Link", options) for options in ("Company", "Customer", "User", "User", "Currency", "Territory")),
	*(("Data", None),) * 5,
	*(("Currency", None),) * 4,
	*(("Float", None),) * 2,
	*(("Date", None),) * 3,
	*(("Select", "Open\nClosed"),) * 2,
	*(("Small Text", None),) * 2,
	("Check", None),
)
FLOOR_ROW_FIELDS = (("Link", "User"), ("Data", None), ("Float", None), ("Check", None))

# The twin: what a project is without our controller.
TWIN = "PSB Twin"
TWIN_WORKFLOW = "PSB Twin Lifecycle"
# Begins as the names of all that goes with the benchmark.
TWIN_SERIES = f"{PREFIX}T-.YYYY.-.#####"


def email(person: str, number: int = 0) -> str:
	return f"psb-{person}-{number}@{DOMAIN}"


@contextmanager
def acting_as(user: str):
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield user
	finally:
		frappe.set_user(before)


def make() -> None:
	"""Make what is missing. Each record is kept as soon as it is made, so that a run can be taken up again."""
	make_floor()
	make_twin()
	for name, abbreviation, currency in COMPANIES:
		_insert(
			"Company",
			name,
			company_name=name,
			abbr=abbreviation,
			default_currency=currency,
			country="China",
			create_chart_of_accounts_based_on="Standard Template",
			chart_of_accounts="Standard",
		)
	_insert(
		"Customer",
		f"{PREFIX}Customer",
		customer_name=f"{PREFIX}Customer",
		customer_type="Company",
		customer_group=_leaf_of("Customer Group"),
		territory=territory(),
	)
	for item in ITEMS:
		_insert(
			"Item",
			item,
			item_code=item,
			item_name=item,
			item_group=_leaf_of("Item Group"),
			stock_uom="Nos",
			is_stock_item=0,
		)
	_insert("Competitor", COMPETITOR, competitor_name=COMPETITOR)
	_insert("Opportunity Lost Reason", LOST_REASON, lost_reason=LOST_REASON)
	# The first of each kind; the others are multiplied from it.
	for person in PEOPLE:
		_insert(
			"User",
			email(person),
			email=email(person),
			first_name=f"{person.title()} 0",
			send_welcome_email=0,
			user_type="System User",
			roles=[{"role": role} for role in ROLES[person]],
		)
	for process in processes():
		_freeze(process)


def _insert(doctype: str, name: str, **values) -> None:
	if not frappe.db.exists(doctype, name):
		manifest.insert(doctype, **values)
		frappe.db.commit()


def _freeze(process: str) -> None:
	doc = frappe.get_doc("Presales Process", process)
	version = doc.version_name()
	if not frappe.db.exists("Presales Process Version", version):
		freeze(doc)
		manifest.remember("Presales Process Version", version)
		frappe.db.commit()


def processes() -> list[str]:
	"""Names of the processes that the deals run on: shipped ones, or what the site has in their place."""
	enabled = frappe.get_all(
		"Presales Process",
		filters={"enabled": 1, "only_for_company": ["is", "not set"]},
		pluck="name",
		order_by="name asc",
	)
	return [name for name in PROCESSES if name in enabled] or enabled[: len(PROCESSES)]


def frozen_processes() -> dict:
	"""Process -> its present version, as the plain object of `gates.rules`."""
	versions = {name: frappe.get_doc("Presales Process", name).version_name() for name in processes()}
	loaded = load_processes(versions.values())
	return {name: loaded[version] for name, version in versions.items()}


def territory() -> str:
	return frappe.get_all("Territory", filters={"is_group": 1}, pluck="name", order_by="lft asc", limit=1)[0]


def _leaf_of(doctype: str) -> str:
	return frappe.get_all(doctype, filters={"is_group": 0}, pluck="name", order_by="name asc", limit=1)[0]


# ------------------------------------------------------------------------------------------ the floor


def make_floor() -> None:
	if not frappe.db.exists("DocType", FLOOR_ROW):
		_make_doctype(FLOOR_ROW, FLOOR_ROW_FIELDS, istable=1)
	if not frappe.db.exists("DocType", FLOOR):
		_make_doctype(
			FLOOR,
			FLOOR_FIELDS,
			extra=[{"fieldname": "rows", "label": "Rows", "fieldtype": "Table", "options": FLOOR_ROW}],
			autoname="PSBF-.YYYY.-.#####",
			permissions=[
				{"role": role, "read": 1, "write": 1, "create": 1, "delete": 1}
				for role in ("System Manager", "Presales Manager")
			],
		)


def _make_doctype(name: str, fields, extra=(), **values) -> None:
	rows = [
		{
			"fieldname": f"field_{number}",
			"label": f"Field {number}",
			"fieldtype": fieldtype,
			"options": options,
			"in_list_view": int(number < 2),
		}
		for number, (fieldtype, options) in enumerate(fields, start=1)
	]
	# Of our module, so that it goes with the app even when nobody has cleaned up.
	manifest.insert("DocType", name=name, module="Presales Mgmt", custom=1, fields=[*rows, *extra], **values)
	frappe.db.commit()


def new_floor():
	"""An unsaved document of the floor with all its fields filled."""
	values = {
		"Link": {
			"Company": COMPANIES[0][0],
			"Customer": f"{PREFIX}Customer",
			"User": email("manager"),
			"Currency": "CNY",
			"Territory": territory(),
		},
		"Data": "What was agreed",
		"Currency": 120000,
		"Float": 1.5,
		"Date": "2026-03-02",
		"Select": "Open",
		"Small Text": "Sensors, signs and the control centre",
		"Check": 1,
	}

	def filled(fields):
		return {
			f"field_{number}": values[fieldtype][options] if fieldtype == "Link" else values[fieldtype]
			for number, (fieldtype, options) in enumerate(fields, start=1)
		}

	doc = frappe.new_doc(FLOOR)
	doc.update({**filled(FLOOR_FIELDS), "rows": [filled(FLOOR_ROW_FIELDS) for _row in range(3)]})
	return doc


# ------------------------------------------------------------------------------------------- the twin


def make_twin() -> None:
	"""A DocType as Presales Project is on this site, under a workflow like its own, but without our controller.

	So the same document costs here what Frappe takes for it: each link that is looked up, each row that is written,
	each child table that is compared, and the note for whoever may act next.
	"""
	project = frappe.get_meta(PROJECT)
	if not frappe.db.exists("DocType", TWIN):
		fields = [_copied(df) for df in project.fields]
		series = next(df for df in fields if df["fieldname"] == "naming_series")
		series.update(options=TWIN_SERIES, default=TWIN_SERIES)
		# Of our module, as the floor is.
		manifest.insert(
			"DocType",
			name=TWIN,
			module="Presales Mgmt",
			custom=1,
			fields=fields,
			permissions=[_copied(row) for row in project.permissions],
			**{
				key: project.get(key)
				for key in ("autoname", "naming_rule", "track_changes", "title_field", "search_fields")
			},
		)
		frappe.db.commit()
	workflow = project.get_workflow()
	if workflow and not frappe.db.exists("Workflow", TWIN_WORKFLOW):
		# Of states and actions that are there, so that none has to be made and taken away.
		values = _copied(frappe.get_doc("Workflow", workflow))
		values.update(workflow_name=TWIN_WORKFLOW, document_type=TWIN)
		manifest.insert("Workflow", **values)
		frappe.db.commit()


def _copied(doc) -> dict:
	"""The values of a record and of its rows, without what says which one it is."""
	return doc.as_dict(no_nulls=True, no_default_fields=True, no_child_table_fields=True)


def new_twin(project):
	"""An unsaved twin of a project that has been saved: with its values and as many rows, those of our controller, too."""
	doc = frappe.new_doc(TWIN)
	doc.update({**_copied(project), "naming_series": TWIN_SERIES})
	return doc
