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


def missing_sql(
	versions, condition: str, values: dict, inside: str = "1 = 1", columns: tuple[str, ...] = ()
) -> tuple[str, dict]:
	"""SQL and values for: project -> number of mandatory requirements of its stage that are not satisfied.

	Args:
		versions: names of the process versions that the projects run on.
		condition: which projects `p` are asked about.
		values: the values in `condition` and `inside`.
		inside: which records under projects are looked at, by their `{project}`; so that little is read for few.
		columns: more fields of the projects that are wanted. They are read here, for MariaDB would fill the whole
			statement anew for each project that another one joins it to.
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
	under = inside.format(project="presales_project")
	of_project = f"parenttype = '{PROJECT}' and {inside.format(project='parent')}"
	groups = sorted(
		{(row.reference_doctype, row.reference_filters or "") for row in requirements if row.kind == "Record"}
	)
	records = _records(groups, values, inside)
	group = _group(groups)
	fields = _fields(requirements, values)
	bands = frappe.get_cached_doc("Presales Settings").get_risk_bands()
	levels = " ".join(f"when '{level}' then {bands.highest_score(level)}" for level in LEVELS)
	sql = f"""
		select {shown}, sum(case when r.name is null then 0 when (case r.kind
			when 'Document' then coalesce(d.n, 0) >= greatest(coalesce(r.min_count, 1), 1)
			when 'Review' then coalesce(v.approving, 0) = 1
			when 'Checklist' then c.requirement_code is not null
			when 'Risk' then coalesce(k.highest, 0) <= case coalesce(nullif(r.max_risk_level, ''), 'Low') {levels} end
			when 'Record' then case when r.count_rule = 'At Most' then coalesce(x.n, 0) <= r.min_count
				else coalesce(x.n, 0) >= greatest(coalesce(r.min_count, 1), 1) end
			when 'Field' then {fields}
		end) then 0 else 1 end) missing
		from `tab{PROJECT}` p
		left join `tabPresales Process Requirement` r on r.parenttype = '{VERSION}' and r.parent = p.process_version
			and r.stage = p.stage and r.mandatory = 1 and (
				coalesce(r.applies_to, '') not in ('Large Projects', 'Company-Level Projects', 'Channel Projects')
				or (r.applies_to = 'Large Projects' and p.is_large_project = 1)
				or (r.applies_to = 'Company-Level Projects' and p.project_class = 'Company Level')
				or (r.applies_to = 'Channel Projects' and p.project_class = 'Channel'))
		left join (select presales_project, document_type, count(*) n from `tabPresales Document`
			where docstatus = 1 and status = 'Archived' and {under} group by presales_project, document_type) d
			on r.kind = 'Document' and d.presales_project = p.name and d.document_type = r.document_type
		left join (select presales_project, review_kind, case when status in {_listed(APPROVING_OUTCOMES)}
			then 1 else 0 end approving, row_number() over (partition by presales_project, review_kind
			order by requested_on desc, name desc) latest from `tabPresales Review` where docstatus = 1 and {under}) v
			on r.kind = 'Review' and v.presales_project = p.name and v.review_kind = r.review_kind and v.latest = 1
		left join (select distinct presales_project, requirement_code from `tabPresales Checklist Entry` where {under}) c
			on r.kind = 'Checklist' and c.presales_project = p.name and c.requirement_code = r.code
		left join (select presales_project, max(current_score) highest from `tabPresales Risk`
			where status in {_listed(OPEN_RISK)} and {under} group by presales_project) k
			on r.kind = 'Risk' and k.presales_project = p.name
		left join ({records}) x
			on r.kind = 'Record' and x.presales_project = p.name and x.number = {group}
		left join (select parent, parentfield, count(*) n from `tabPresales Project Member`
			where {of_project} group by parent, parentfield
			union all select parent, parentfield, count(*) n from `tabPresales Project Competitor`
			where {of_project} group by parent, parentfield
			union all select parent, parentfield, count(*) n from `tabPresales Project Stakeholder`
			where {of_project} group by parent, parentfield
			union all select parent, parentfield, count(*) n from `tabPresales Project Milestone`
			where {of_project} group by parent, parentfield) f
			on r.kind = 'Field' and f.parent = p.name and f.parentfield = r.project_field
		where {condition}
		group by {shown}
		order by p.name"""
	return sql, values


def _records(groups, values: dict, inside: str) -> str:
	"""Counts of the records that the requirements of kind Record ask for, by project and number of the group."""
	parts = []
	for number, (doctype, filters) in enumerate(groups):
		link = project_link_field(doctype)
		conditions = [inside.format(project=f"`{link}`")]
		parsed = parse_filters(filters)
		for index, (fieldname, operator, value) in enumerate(parsed):
			key = f"record_{number}_{index}"
			values[key] = tuple(value) if isinstance(value, list) else value
			conditions.append(f"`{fieldname}` {operator} %({key})s")
		if frappe.get_meta(doctype).is_submittable and not any(row[0] == "docstatus" for row in parsed):
			conditions.append("docstatus = 1")
		values[f"doctype_{number}"], values[f"filters_{number}"] = doctype, filters
		parts.append(
			f"select `{link}` presales_project, {number} number, count(*) n from `tab{doctype}`"
			f" where {' and '.join(conditions)} group by `{link}`"
		)
	return " union all ".join(parts) or "select null presales_project, 0 number, 0 n"


def _group(groups) -> str:
	"""The number of the group that a requirement `r` asks for; numbers compare alike under every collation."""
	cases = (
		f"when r.reference_doctype = %(doctype_{number})s and coalesce(r.reference_filters, '') = %(filters_{number})s"
		f" then {number}"
		for number in range(len(groups))
	)
	return f"(case {' '.join(cases)} end)" if groups else "null"


def _fields(requirements, values: dict) -> str:
	"""The conditions on fields of the project, as one CASE."""
	meta = frappe.get_meta(PROJECT)
	tables = {df.fieldname for df in meta.get_table_fields()}
	cases = []
	wanted = {
		(row.project_field, row.operator, row.value or "") for row in requirements if row.kind == "Field"
	}
	for number, (fieldname, operator, value) in enumerate(sorted(wanted)):
		column = "coalesce(f.n, 0)" if fieldname in tables else f"p.`{fieldname}`"
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
