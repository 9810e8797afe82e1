"""What the gates of projects lack, as one SQL statement written by hand: the counterpart of gates and of their report.

It knows what the benchmark's data is made of, and leaves out what that does not have: reviewed records that have changed
since, document types and fields that are gone.
"""

import frappe

from presales_mgmt.gates.checkers import OPEN_RISK
from presales_mgmt.gates.definitions import parse_filters, project_link_field
from presales_mgmt.permissions.scope import PROJECT
from presales_mgmt.rules.review import APPROVING_OUTCOMES
from presales_mgmt.rules.risk import LEVELS

VERSION = "Presales Process Version"


def missing_sql(versions, condition: str, values: dict, columns: tuple[str, ...] = ()) -> tuple[str, dict]:
	"""SQL and values for: project -> number of mandatory requirements of its stage that are not satisfied.

	Each requirement of each project looks up, by the index on the project, what it asks for.

	Args:
		versions: names of the process versions that the projects run on.
		condition: which projects `p` are asked about.
		values: the values in `condition`.
		columns: more fields of the projects that are wanted.
	"""
	shown = ", ".join(f"p.`{column}`" for column in ("name", *columns))
	requirements = frappe.get_all(
		"Presales Process Requirement",
		filters={"parenttype": VERSION, "parent": ["in", sorted(versions)], "mandatory": 1},
		fields=[
			"kind",
			"project_field",
			"operator",
			"value",
			"reference_doctype",
			"reference_filters",
		],
		order_by="parent asc, idx asc",
	)
	values = dict(values)
	records = _records(requirements, values)
	fields = _fields(requirements, values)
	bands = frappe.get_cached_doc("Presales Settings").get_risk_bands()
	levels = " ".join(f"when '{level}' then {bands.highest_score(level)}" for level in LEVELS)
	sql = f"""
		select {shown}, sum(case when r.name is null then 0 when (case r.kind
			when 'Document' then (select count(*) from `tabPresales Document` d where d.presales_project = p.name
				and d.docstatus = 1 and d.status = 'Archived' and d.document_type = r.document_type)
				>= greatest(coalesce(r.min_count, 1), 1)
			when 'Review' then coalesce((select v.status from `tabPresales Review` v where v.presales_project = p.name
				and v.docstatus = 1 and v.review_kind = r.review_kind
				order by v.requested_on desc, v.name desc limit 1), '') in {_listed(APPROVING_OUTCOMES)}
			when 'Checklist' then exists (select c.name from `tabPresales Checklist Entry` c
				where c.presales_project = p.name and c.requirement_code = r.code)
			when 'Risk' then coalesce((select max(k.current_score) from `tabPresales Risk` k
				where k.presales_project = p.name and k.status in {_listed(OPEN_RISK)}), 0)
				<= case coalesce(nullif(r.max_risk_level, ''), 'Low') {levels} end
			when 'Record' then case when r.count_rule = 'At Most' then {records} <= r.min_count
				else {records} >= greatest(coalesce(r.min_count, 1), 1) end
			when 'Field' then {fields}
		end) then 0 else 1 end) missing
		from `tab{PROJECT}` p
		left join `tabPresales Process Requirement` r on r.parenttype = '{VERSION}' and r.parent = p.process_version
			and r.stage = p.stage and r.mandatory = 1 and (
				coalesce(r.applies_to, '') not in ('Large Projects', 'Company-Level Projects', 'Channel Projects')
				or (r.applies_to = 'Large Projects' and p.is_large_project = 1)
				or (r.applies_to = 'Company-Level Projects' and p.project_class = 'Company Level')
				or (r.applies_to = 'Channel Projects' and p.project_class = 'Channel'))
		where {condition}
		group by {shown}
		order by p.name"""
	return sql, values


def _records(requirements, values: dict) -> str:
	"""The count of the records that a requirement `r` of kind Record asks for, as one CASE."""
	groups = sorted(
		{(row.reference_doctype, row.reference_filters or "") for row in requirements if row.kind == "Record"}
	)
	cases = []
	for number, (doctype, filters) in enumerate(groups):
		conditions = [f"x.`{project_link_field(doctype)}` = p.name"]
		parsed = parse_filters(filters)
		for index, (fieldname, operator, value) in enumerate(parsed):
			key = f"record_{number}_{index}"
			values[key] = tuple(value) if isinstance(value, list) else value
			conditions.append(f"x.`{fieldname}` {operator} %({key})s")
		if frappe.get_meta(doctype).is_submittable and not any(row[0] == "docstatus" for row in parsed):
			conditions.append("x.docstatus = 1")
		values[f"doctype_{number}"], values[f"filters_{number}"] = doctype, filters
		cases.append(
			f"when r.reference_doctype = %(doctype_{number})s and coalesce(r.reference_filters, '') = %(filters_{number})s"
			f" then (select count(*) from `tab{doctype}` x where {' and '.join(conditions)})"
		)
	return f"(case {' '.join(cases)} end)" if cases else "0"


def _fields(requirements, values: dict) -> str:
	"""The conditions on fields of the project, as one CASE."""
	meta = frappe.get_meta(PROJECT)
	tables = {df.fieldname for df in meta.get_table_fields()}
	cases = []
	wanted = {
		(row.project_field, row.operator, row.value or "") for row in requirements if row.kind == "Field"
	}
	for number, (fieldname, operator, value) in enumerate(sorted(wanted)):
		column = f"p.`{fieldname}`"
		if fieldname in tables:
			column = f"""(select count(*) from `tab{meta.get_field(fieldname).options}` f
				where f.parent = p.name and f.parenttype = '{PROJECT}' and f.parentfield = '{fieldname}')"""
		values[f"field_{number}"] = float(value) if value.replace(".", "", 1).isdigit() else value
		if operator == "is set":
			test = f"{column} is not null and {column} not in ('', '0')"
			if fieldname in tables or meta.get_field(fieldname).fieldtype not in (
				"Data",
				"Link",
				"Select",
				"Small Text",
			):
				test = f"{column} is not null" if fieldname not in tables else f"{column} > 0"
		else:
			test = f"{column} {operator} %(field_{number})s"
		values[f"name_{number}"], values[f"operator_{number}"] = fieldname, operator
		values[f"value_{number}"] = value
		cases.append(
			f"when r.project_field = %(name_{number})s and r.operator = %(operator_{number})s"
			f" and coalesce(r.value, '') = %(value_{number})s then {test}"
		)
	return f"(case {' '.join(cases)} end)" if cases else "0 = 1"


def _listed(words) -> str:
	return "(" + ", ".join(f"'{word}'" for word in words) + ")"
