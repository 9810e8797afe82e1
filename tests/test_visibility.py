"""Who sees a project and what lies under it: in lists, links, search, reports, REST and attachments."""

import contextlib
import json

import pytest

from presales_mgmt.permissions.scope import CHILD_DOCTYPES, PROJECT_DOCTYPES
from tests.costs import Costs
from tests.world import email

INSIDERS = ("director", "manager", "planner", "engineer", "archivist", "supervisor", "leader")
# What is for some roles only: not everybody on the team has to know what a deal costs.
NOT_FOR = {
	"Presales Cost Estimate": ("engineer", "archivist"),
	"Presales Price Approval": ("engineer", "archivist"),
	"Presales Cost Entry": ("engineer", "archivist"),
	"Presales Purchase Request": ("archivist",),
}
OUTSIDERS = ("other_director", "other_manager", "expert2", "clerk")


@pytest.fixture
def deal(world, frappe):
	"""A project with at least one record of every DocType under it: {DocType: name}."""
	project = world.make_project(
		competitors=[{"competitor": world.competitor}],
		stakeholders=[{"stakeholder_name": "Director Zhang"}],
		milestones=[{"milestone": "Tender published", "due_date": "2026-04-01"}],
	)
	world.apply_for_initiation(
		project,
		basis_documents=[{"document": world.archive(project, "Research Report").name}],
		resources=[{"resource_kind": "People", "description": "Engineers", "quantity": 2}],
	)
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	world.satisfy(project, "Opportunity Capture")
	world.review(project, "Legal", decision="Approve with Conditions")
	world.request_review(project, "Solution", reviewers=("engineer", "expert"))
	with world.acting_as("manager"):
		world.insert(
			"Presales Risk",
			presales_project=project.name,
			risk_title="Sensors fail in the cold",
			probability=2,
			impact=2,
			risk_owner=email("engineer"),
		)
	world.hold_meeting(
		project,
		"Periodic",
		decisions=[{"decision": "Go on"}],
		actions=[{"action": "Survey the site", "responsible": email("engineer"), "due_date": "2026-03-30"}],
	)
	world.ask_to_rectify(project, reviewer="engineer")
	world.guide(project)
	requirement = world.confirmed_requirement(project)
	world.submit_solution(
		project, coverage=[{"requirement": requirement.name, "part": "Technical", "coverage": "Full"}]
	)
	world.request_change(requirement)
	world.estimate(project)
	world.make_bid(
		project,
		clarifications=[{"asked_on": "2026-03-05", "question": "Power at the site?"}],
		bidders=[{"competitor": world.competitor}],
	)
	world.ask_for_price(project)
	handover = world.make_handover(project)
	handover.update({"rounds": [{"round_number": 1}], "reasons": [{"reason": "Drawings"}]})
	handover.flags.by_function = True
	handover.save()
	costs = Costs(world)
	costs.ask(project)
	costs.journal(project)
	world.negotiate(project)
	frappe.get_doc(
		{
			"doctype": "Presales Checklist Entry",
			"presales_project": project.name,
			"requirement_code": "test",
			"title": "Test",
		}
	).insert()
	frappe.db.set_value("Presales Project", project.name, "status", "Won")
	world.evaluate(project)
	frappe.db.set_value("Presales Project", project.name, "status", "Active")
	records = {
		doctype: frappe.get_all(
			doctype, filters={field: project.name}, pluck="name", order_by="creation desc"
		)
		for doctype, field in PROJECT_DOCTYPES.items()
	}
	assert all(records.values()), "the fixture must make a record of every DocType"
	return records


def listed(frappe, doctype, **arguments):
	return set(frappe.get_list(doctype, pluck="name", limit_page_length=0, **arguments))


@pytest.mark.clause("R1.9", "R9.1")
@pytest.mark.parametrize("person", INSIDERS)
def test_insiders_see_the_project_and_everything_under_it(world, frappe, deal, person):
	with world.acting_as(person):
		for doctype, names in deal.items():
			if doctype == "Presales Review Opinion":
				continue  # has a rule of its own, tested below
			if person in NOT_FOR.get(doctype, ()):
				assert not frappe.has_permission(doctype, "read", doc=names[0]), doctype
				continue
			assert set(names) <= listed(frappe, doctype), doctype
			frappe.get_doc(doctype, names[0]).check_permission("read")


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize("person", OUTSIDERS)
def test_outsiders_see_nothing_in_lists_counts_and_documents(world, frappe, deal, person):
	with world.acting_as(person):
		for doctype, names in deal.items():
			with contextlib.suppress(frappe.PermissionError):  # no role for this DocType at all
				assert not set(names) & listed(frappe, doctype), doctype
			for ptype in ("read", "write", "delete", "print", "email", "export", "share"):
				assert not frappe.has_permission(doctype, ptype, doc=names[0]), (doctype, ptype)
			with pytest.raises(frappe.PermissionError):
				frappe.client.get(doctype, names[0])


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize("person", OUTSIDERS)
def test_outsiders_see_no_rows_of_child_tables(world, frappe, deal, person):
	"""Frappe checks only the role on the parent when a child table is queried by itself."""
	project = deal["Presales Project"][0]
	for child, parent in CHILD_DOCTYPES.items():
		parents = [project] if parent == "Presales Project" else deal[parent]
		rows = frappe.get_all(child, filters={"parent": ["in", parents]}, limit=1)
		assert rows, f"the fixture must make a row of {child}"
		with world.acting_as(person):
			try:
				found = frappe.client.get_list(
					child, fields=["name"], filters={"parent": ["in", parents]}, parent=parent
				)
			except frappe.PermissionError:
				continue
			assert found == [], child


def test_insiders_see_rows_of_child_tables(world, frappe, deal):
	for child, parent in CHILD_DOCTYPES.items():
		if child == "Presales Review Score":
			continue  # of an opinion that only its reviewer sees yet
		with world.acting_as("manager"):
			assert frappe.client.get_list(
				child, fields=["name"], filters={"parent": ["in", deal[parent]]}, parent=parent
			), child


@pytest.mark.parametrize(("person", "sees"), [("manager", True), ("leader", True), ("other_manager", False)])
def test_link_search_offers_only_visible_projects(world, frappe, deal, person, sees):
	from frappe.desk.search import search_link

	project = deal["Presales Project"][0]
	with world.acting_as(person):
		result = search_link("Presales Project", "parking", page_length=50)
		rows = result if isinstance(result, list) else frappe.response.get("results", [])
		assert (project in {row["value"] for row in rows}) is sees


def test_global_search_holds_nothing_of_a_project(frappe, deal):
	"""Frappe's global search checks no document; so nothing of ours may be in it."""
	for doctype in PROJECT_DOCTYPES:
		assert not frappe.get_meta(doctype).get_global_search_fields(), doctype
		assert not frappe.get_meta(doctype).show_name_in_global_search, doctype


@pytest.mark.parametrize(("person", "sees"), [("engineer", True), ("other_manager", False)])
def test_report_view_shows_only_visible_records(world, frappe, deal, person, sees):
	from frappe.desk import reportview

	for doctype in ("Presales Project", "Presales Risk", "Presales Document"):
		with world.acting_as(person):
			frappe.local.form_dict = frappe._dict(
				doctype=doctype,
				fields=json.dumps([f"`tab{doctype}`.`name`"]),
				start=0,
				page_length=100,
				view="Report",
			)
			rows = reportview.get()
			names = {row[0] for row in rows["values"]} if rows else set()
			assert (deal[doctype][0] in names) is sees, doctype


@pytest.mark.parametrize("method", ["get_value", "get_count"])
def test_values_and_counts_are_of_visible_projects_only(world, frappe, deal, method):
	project = deal["Presales Project"][0]
	with world.acting_as("other_manager"):
		if method == "get_value":
			assert not frappe.client.get_value("Presales Project", "expected_amount", {"name": project})
		else:
			assert frappe.client.get_count("Presales Project", filters={"name": project}) == 0
	with world.acting_as("engineer"):
		if method == "get_value":
			value = frappe.client.get_value("Presales Project", "expected_amount", {"name": project})
			assert value["expected_amount"] == 1_200_000
		else:
			assert frappe.client.get_count("Presales Project", filters={"name": project}) == 1


@pytest.mark.parametrize("person", OUTSIDERS)
def test_outsiders_get_no_gate_status(world, frappe, deal, person):
	from presales_mgmt.api import get_gate_status

	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		get_gate_status(deal["Presales Project"][0])


def test_guests_get_nothing(world, frappe, deal):
	with world.acting_as("Guest"):
		for doctype, names in deal.items():
			assert not frappe.has_permission(doctype, "read", doc=names[0])
			with pytest.raises(frappe.PermissionError):
				frappe.get_list(doctype)


@pytest.mark.clause("R1.9")
def test_who_leaves_the_team_sees_the_project_no_more(world, frappe, deal):
	project = frappe.get_doc("Presales Project", deal["Presales Project"][0])
	with world.acting_as("manager"):
		for row in project.team:
			if row.user == email("engineer"):
				row.active = 0
		project.save()
	with world.acting_as("engineer"):
		assert not frappe.has_permission("Presales Project", "read", doc=project.name)
		assert project.name not in listed(frappe, "Presales Project")


def test_user_permissions_narrow_further(world, frappe, deal):
	for person in ("engineer", "leader"):
		world.insert("User Permission", user=email(person), allow="Company", for_value=world.other_company)
		with world.acting_as(person):
			for doctype, names in deal.items():
				if person not in NOT_FOR.get(doctype, ()):
					assert not set(names) & listed(frappe, doctype), (person, doctype)
				assert not frappe.has_permission(doctype, "read", doc=names[0]), (person, doctype)
			for child, parent in CHILD_DOCTYPES.items():
				if person in NOT_FOR.get(parent, ()):
					continue
				filters = {"parent": ["in", deal[parent]]}
				assert not frappe.client.get_list(child, fields=["name"], filters=filters, parent=parent), (
					child
				)


def test_what_user_permissions_keep_from_a_user_gets_no_document_of_his(world, frappe):
	"""One of them may hold for what a row of the project names, which lists do not look at."""
	project = world.make_active_project()
	ours, other = (
		world.insert("Competitor", competitor_name=name).name for name in ("Alpha Park", "Beta Park")
	)
	with world.acting_as("director"):
		project.reload()
		project.append("competitors", {"competitor": ours})
		project.save()
	world.insert("User Permission", user=email("manager"), allow="Competitor", for_value=other)
	with pytest.raises(frappe.PermissionError):
		world.make_quotation(project)


@pytest.mark.parametrize("person", ["engineer", "leader"])
def test_user_permissions_on_the_own_company_take_nothing_away(world, frappe, deal, person):
	world.insert("User Permission", user=email(person), allow="Company", for_value=world.company)
	with world.acting_as(person):
		for doctype in ("Presales Project", "Presales Risk", "Presales Document"):
			assert set(deal[doctype]) <= listed(frappe, doctype), doctype
			assert frappe.has_permission(doctype, "read", doc=deal[doctype][0]), doctype


def test_a_system_manager_without_duty_sees_no_project(world, frappe, deal):
	world.make_user("sysadmin", "System Manager")
	with world.acting_as(f"sysadmin@{email('x').split('@')[1]}"):
		assert not frappe.has_permission("Presales Project", "read", doc=deal["Presales Project"][0])


def test_nobody_can_share_a_project_with_an_outsider(world, frappe, deal):
	for person in ("director", "manager", "leader"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			frappe.share.add("Presales Project", deal["Presales Project"][0], email("other_manager"), read=1)


# ----------------------------------------------------------------------------------------- attachments


def attach(world, frappe, doctype, name, person="manager", **values):
	with world.acting_as(person):
		return world.insert(
			"File",
			file_name="plan.txt",
			content=f"the plan of {name} {values}",
			attached_to_doctype=doctype,
			attached_to_name=name,
			**{"is_private": 1, **values},
		)


@pytest.mark.clause("R1.9")
def test_attachments_are_private_and_follow_the_document(world, frappe, deal):
	for doctype in ("Presales Project", "Presales Risk", "Presales Activity"):
		file = attach(world, frappe, doctype, deal[doctype][0])
		assert file.file_url.startswith("/private/files/")
		with world.acting_as("engineer"):
			assert frappe.has_permission("File", "read", doc=file)
		for person in ("other_manager", "clerk", "Guest"):
			with world.acting_as(person):
				assert not frappe.has_permission("File", "read", doc=file), person


def test_a_public_attachment_is_refused(world, frappe, deal):
	from presales_mgmt.exceptions import PresalesError

	with pytest.raises(PresalesError, match="must be private"):
		attach(world, frappe, "Presales Project", deal["Presales Project"][0], is_private=0)


def test_an_attachment_cannot_be_made_public(world, frappe, deal):
	from presales_mgmt.exceptions import PresalesError

	file = attach(world, frappe, "Presales Project", deal["Presales Project"][0])
	file.is_private = 0
	with world.acting_as("manager"), pytest.raises(PresalesError, match="must be private"):
		file.save()


def test_who_leaves_the_team_loses_even_the_files_they_attached(world, frappe, deal):
	file = attach(world, frappe, "Presales Project", deal["Presales Project"][0], person="manager")
	project = frappe.get_doc("Presales Project", deal["Presales Project"][0])
	with world.acting_as("director"):
		project.manager = email("director")
		for row in project.team:
			if row.user == email("manager"):
				row.active = 0
		project.save()
	with world.acting_as("manager"):
		assert not frappe.has_permission("File", "read", doc=file)


def test_a_public_file_is_not_taken_into_the_archive(world, frappe, deal):
	from presales_mgmt.exceptions import PresalesError

	with world.acting_as("manager"), pytest.raises(PresalesError, match="private file"):
		world.insert(
			"Presales Document",
			presales_project=deal["Presales Project"][0],
			document_type="Solution",
			title="Solution",
			file="/files/solution.pdf",
		)


def test_files_of_others_are_left_alone(world, frappe):
	file = attach(world, frappe, "Customer", world.customer, person="Administrator", is_private=0)
	assert not file.is_private
	with world.acting_as("clerk"):
		assert frappe.has_permission("File", "read", doc=file)


# ----------------------------------------------------------------------------------------- writing


@pytest.mark.clause("R9.5", "R9.6", "R9.7")
@pytest.mark.parametrize(
	("person", "may"),
	[
		("director", True),
		("manager", True),
		("planner", True),
		("leader", True),
		("engineer", False),
		("archivist", False),
		("supervisor", False),
		("other_director", False),
	],
)
def test_who_changes_a_project(world, frappe, deal, person, may):
	project = frappe.get_doc("Presales Project", deal["Presales Project"][0])
	project.goal = f"Goal as {person} sees it"
	with world.acting_as(person):
		if may:
			project.save()
		else:
			with pytest.raises(frappe.PermissionError):
				project.save()


def test_records_are_not_made_under_a_project_one_does_not_see(world, frappe, deal):
	with world.acting_as("other_manager"), pytest.raises(frappe.PermissionError):
		world.insert(
			"Presales Activity",
			presales_project=deal["Presales Project"][0],
			activity_type="Visit",
			subject="Uninvited",
			starts_on="2026-03-05 09:30:00",
			responsible=email("other_manager"),
		)


def test_records_cannot_be_moved_to_another_project(world, frappe, deal):
	from presales_mgmt.exceptions import LifecycleError

	other = world.make_project()
	risk = frappe.get_doc("Presales Risk", deal["Presales Risk"][0])
	risk.presales_project = other.name
	with world.acting_as("manager"), pytest.raises(LifecycleError, match="cannot be moved"):
		risk.save()


@pytest.mark.clause("R7.5")
def test_an_invited_reviewer_reads_the_project_and_writes_only_the_opinion(world, frappe, deal):
	project = frappe.get_doc("Presales Project", deal["Presales Project"][0])
	review = world.request_review(project, "Safety", reviewers=("expert2",))
	with world.acting_as("expert2"):
		assert frappe.has_permission("Presales Project", "read", doc=project.name)
		assert not frappe.has_permission("Presales Project", "write", doc=project.name)
		with pytest.raises(frappe.PermissionError):
			world.insert(
				"Presales Risk",
				presales_project=project.name,
				risk_title="Not my task",
				probability=1,
				impact=1,
				risk_owner=email("expert2"),
			)
	world.give_opinion("expert2", review)
	review.reload()
	assert review.status == "Approved"


# ----------------------------------------------------------------------------------------- completeness


def test_every_doctype_with_a_project_is_under_the_rule(frappe):
	"""A DocType that is added and forgotten here would be open to everybody with its role."""
	for doctype in frappe.get_all(
		"DocType", filters={"module": "Presales Mgmt"}, pluck="name", order_by="name asc"
	):
		meta = frappe.get_meta(doctype)
		links = [df.fieldname for df in meta.get_link_fields() if df.options == "Presales Project"]
		if links and not meta.istable:
			assert PROJECT_DOCTYPES.get(doctype) in links, doctype
	for parent in PROJECT_DOCTYPES:
		for df in frappe.get_meta(parent).get_table_fields():
			if df.options.startswith("Presales "):
				assert CHILD_DOCTYPES.get(df.options) == parent, df.options


def test_a_list_takes_two_queries_at_most(world, frappe, deal, count_queries):
	with world.acting_as("engineer"):
		frappe.get_list("Presales Project", limit_page_length=20)
		with count_queries() as counted:
			frappe.get_list(
				"Presales Project", fields=["name", "project_title", "status"], limit_page_length=20
			)
	assert counted.count <= 2


def test_the_title_of_a_project_is_not_joined_into_other_lists(world, frappe, deal):
	"""Frappe v16 joins the titles of links into lists, and our rule with them: then every list would fail."""
	assert not frappe.get_meta("Presales Project").show_title_field_in_link
	with_project = world.make_quotation(frappe.get_doc("Presales Project", deal["Presales Project"][0]))
	without = world.make_quotation(frappe._dict(name=None, company=world.company))
	with world.acting_as("manager"):
		names = set(frappe.get_list("Quotation", fields=["name", "presales_project"], pluck="name"))
	assert {with_project.name, without.name} <= names


# ----------------------------------------------------------------------------------------- by-ways


@pytest.mark.parametrize("person", ["other_director", "other_manager", "engineer", "leader"])
def test_nobody_adds_or_changes_rows_by_themselves(world, frappe, deal, person):
	"""Frappe asks only for the role on the parent's DocType when a row is saved without its parent."""
	project = deal["Presales Project"][0]
	row = frappe.get_doc("Presales Project Member", {"parent": project, "user": email("planner")})
	with world.acting_as(person):
		with pytest.raises(frappe.PermissionError):
			world.insert(
				"Presales Project Member",
				parent=project,
				parenttype="Presales Project",
				parentfield="team",
				user=email(person),
				project_role="Director",
				active=1,
			)
		row.project_role = "Director"
		with pytest.raises(frappe.PermissionError):
			row.save()
		with pytest.raises(frappe.PermissionError):
			row.delete()
		if person.startswith("other"):
			with pytest.raises(frappe.PermissionError):
				row.check_permission("read")


def test_even_administrator_changes_no_row_of_a_frozen_version_by_itself(frappe, deal):
	project = frappe.get_doc("Presales Project", deal["Presales Project"][0])
	row = frappe.get_last_doc("Presales Process Requirement", {"parent": project.process_version})
	row.mandatory = 0
	with pytest.raises(frappe.PermissionError):
		row.save()


def test_attachments_of_what_one_does_not_see_are_not_listed(world, frappe, deal):
	file = attach(world, frappe, "Presales Project", deal["Presales Project"][0])
	other = attach(world, frappe, "Customer", world.customer, person="Administrator", is_private=0)
	for person, sees in (("engineer", True), ("leader", True), ("other_director", False), ("clerk", False)):
		with world.acting_as(person):
			names = set(frappe.get_list("File", pluck="name", limit_page_length=0))
			assert (file.name in names) is sees, person
			assert other.name in names, person


def test_a_second_file_of_the_same_address_does_not_open_the_first(world, frappe, deal):
	file = attach(world, frappe, "Presales Project", deal["Presales Project"][0])
	with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
		world.insert("File", file_name="copy.txt", file_url=file.file_url, is_private=1)


def opens(frappe, address) -> bool:
	"""Whether Frappe would serve the private file to the session's user."""
	from frappe.core.doctype.file.utils import find_file_by_url

	return bool(find_file_by_url(address))


@pytest.fixture
def secret(world, frappe, deal):
	return attach(world, frappe, "Presales Project", deal["Presales Project"][0])


@pytest.fixture
def own(world, frappe):
	with world.acting_as("clerk"):
		return world.insert("File", file_name="own.txt", content="what the clerk wrote", is_private=1)


@pytest.mark.clause("R1.9")
def test_an_own_file_does_not_get_the_address_of_a_project_s(world, frappe, secret, own):
	with world.acting_as("clerk"):
		own.reload()
		own.file_url = secret.file_url
		with pytest.raises(frappe.PermissionError, match="another name"):
			own.save()
		own.reload()
		own.update({"file_url": secret.file_url, "content": "what the clerk wrote"})
		with pytest.raises(frappe.PermissionError, match="another name"):
			own.save()
		assert not opens(frappe, secret.file_url)


def test_an_own_file_without_address_does_not_read_by_its_name(world, frappe, secret, own):
	name = secret.file_url.rpartition("/")[2]
	with world.acting_as("clerk"):
		own.reload()
		own.update({"file_url": "", "file_name": name})
		with pytest.raises(frappe.PermissionError, match="another name"):
			own.save()
		with pytest.raises(frappe.PermissionError, match="another name"):
			world.insert("File", file_name=name, is_private=1)


@pytest.mark.parametrize("content", ["data:,", "what the clerk wrote"])
def test_content_beside_an_address_opens_nothing(world, frappe, secret, own, content):
	"""Of known content Frappe keeps the address that it is given."""
	with world.acting_as("clerk"):
		with contextlib.suppress(frappe.ValidationError, frappe.PermissionError):
			world.insert("File", file_name="x.txt", file_url=secret.file_url, content=content, is_private=1)
		assert not opens(frappe, secret.file_url)


@pytest.mark.parametrize(
	"address",
	[
		"/private/files/{encoded}",
		"/private/files//{name}",
		"/private/files/./{name}",
		"/private/files/../files/{name}",
		"/files/../../private/files/{name}",
		"http://other.example.com/private/files/{name}",
	],
)
def test_no_other_spelling_of_an_address_opens_it(world, frappe, secret, own, address):
	name = secret.file_url.rpartition("/")[2]
	address = address.format(name=name, encoded=name.replace(".", "%2E"))
	with world.acting_as("clerk"):
		with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
			world.insert("File", file_name="copy.txt", file_url=address, is_private=1)
		own.reload()
		own.file_url = address
		# Frappe looks on the disk first.
		with pytest.raises((frappe.PermissionError, frappe.ValidationError, OSError)):
			own.save()
		assert not opens(frappe, secret.file_url)


@pytest.mark.parametrize("person", ["clerk", "Guest"])
def test_where_permissions_are_ignored_an_address_is_checked_all_the_same(world, frappe, secret, person):
	with world.acting_as(person), pytest.raises(frappe.PermissionError, match="another name"):
		frappe.get_doc(doctype="File", file_url=secret.file_url, folder="Home").insert(
			ignore_permissions=True
		)


def test_a_field_of_kind_attach_opens_no_attachment_of_a_project(world, frappe, secret):
	"""Frappe makes a File of what stands there."""
	with world.acting_as("clerk"):
		user = frappe.get_doc("User", email("clerk"))
		user.user_image = secret.file_url
		user.save()
		assert not opens(frappe, secret.file_url)


def test_who_reads_an_attachment_attaches_it_elsewhere(world, frappe, deal, secret):
	"""Fields of kind Attach, amended documents and mails do so by the address."""
	for person in ("engineer", "leader", "Administrator"):
		with world.acting_as(person):
			copy = world.insert(
				"File",
				file_name="plan.txt",
				file_url=secret.file_url,
				is_private=1,
				attached_to_doctype="Presales Activity",
				attached_to_name=deal["Presales Activity"][0],
			)
		assert copy.file_url == secret.file_url


def test_the_same_content_may_be_uploaded_by_anybody(world, frappe, deal, secret):
	"""Frappe gives it the same address. Who uploaded it may use it by that, too."""
	other = world.make_project(
		person="other_manager",
		director=email("other_director"),
		manager=email("other_manager"),
		team=[],
		supervisors=[],
	)
	attached = {"attached_to_doctype": "Presales Project", "attached_to_name": other.name}
	with world.acting_as("other_manager"):
		same = world.insert("File", file_name="b.txt", content=secret.get_content(), is_private=1, **attached)
		assert same.file_url == secret.file_url
		world.insert("File", file_name="c.txt", file_url=same.file_url, is_private=1)
	with world.acting_as("clerk"), pytest.raises(frappe.PermissionError):
		world.insert("File", file_name="c.txt", file_url=same.file_url, is_private=1)


def test_an_address_that_the_database_takes_for_another_is_refused(world, frappe, deal):
	"""MariaDB does not tell upper from lower case, and Frappe serves what was asked for."""
	from presales_mgmt.permissions import visibility

	row = frappe._dict(
		file_url="/private/files/Plan.txt",
		owner=email("manager"),
		attached_to_doctype="Presales Project",
		attached_to_name=deal["Presales Project"][0],
	)
	original = frappe.get_all
	frappe.get_all = lambda doctype, *arguments, **values: (
		[row] if doctype == "File" else original(doctype, *arguments, **values)
	)
	try:
		decided = {
			(person, brings): visibility.may_use_address("/private/files/plan.TXT", person, None, brings)
			for person in (email("clerk"), email("leader"))
			for brings in (True, False)
		}
	finally:
		frappe.get_all = original
	assert decided == {
		(email("clerk"), True): False,
		(email("clerk"), False): False,
		(email("leader"), True): True,
		(email("leader"), False): True,
	}


def test_who_left_the_team_does_not_take_off_the_own_attachment(world, frappe, deal):
	"""Attached to nothing, it would be the owner's to read again."""
	project = frappe.get_doc("Presales Project", deal["Presales Project"][0])
	file = attach(world, frappe, "Presales Activity", deal["Presales Activity"][0], person="engineer")
	with world.acting_as("director"):
		for row in project.team:
			if row.user == email("engineer"):
				row.active = 0
		project.save()
	with world.acting_as("engineer"):
		file.reload()
		file.update({"attached_to_doctype": None, "attached_to_name": None})
		with pytest.raises(frappe.PermissionError, match="stays there"):
			file.save()
		file.reload()
		assert not frappe.has_permission("File", "read", doc=file)
	with world.acting_as("manager"):
		file.reload()
		file.update({"attached_to_doctype": "Presales Project", "attached_to_name": project.name}).save()


def test_files_of_others_cost_one_query_more_at_most(world, frappe, secret, count_queries):
	from presales_mgmt.overrides.file import validate

	with world.acting_as("clerk"):
		remote = frappe.get_doc(doctype="File", file_url="https://example.com/x.pdf")
		public = frappe.get_doc(doctype="File", file_url="/files/x.pdf")
		private = frappe.get_doc(doctype="File", file_url="/private/files/no-project-s.pdf", is_private=1)
		for file, most in ((remote, 0), (public, 0), (private, 1)):
			with count_queries() as queries:
				validate(file)
			assert queries.count <= most, file.file_url


def test_link_search_does_not_listen_to_those_who_want_permissions_ignored(world, frappe, deal):
	from frappe.desk.search import search_widget

	for doctype in ("Presales Project", "Presales Risk", "Presales Review Opinion"):
		with world.acting_as("other_manager"):
			rows = search_widget(doctype, "", ignore_user_permissions=True, page_length=50, as_dict=True)
			rows = rows or frappe.response.get("values") or []
			assert not {row["name"] for row in rows} & set(deal[doctype]), doctype


@pytest.mark.clause("R1.9")
@pytest.mark.parametrize("person", ["manager", "other_manager"])
def test_nobody_follows_what_belongs_to_a_project(world, frappe, deal, person):
	"""Frappe mails the changes to followers without asking whether they still may read them."""
	from frappe.desk.form.document_follow import follow_document, get_message_for_user

	frappe.db.set_value("User", email(person), "document_follow_notify", 1)
	for doctype in ("Presales Project", "Presales Activity"):
		with world.acting_as(person):
			follow_document(doctype, deal[doctype][0], email(person))
		assert not frappe.db.exists("Document Follow", {"ref_docname": deal[doctype][0]})
	assert not any(get_message_for_user("Hourly", email(person)))


def test_what_frappe_follows_by_itself_is_done_all_the_same(world, frappe, deal):
	from frappe.desk.form.utils import add_comment

	values = {
		"document_follow_notify": 1,
		"follow_created_documents": 1,
		"follow_commented_documents": 1,
	}
	frappe.get_doc("User", email("engineer")).update(values).save()
	project = deal["Presales Project"][0]
	with world.acting_as("engineer"):
		comment = add_comment("Presales Project", project, "Seen", email("engineer"), "Engineer")
		activity = world.insert(
			"Presales Activity",
			presales_project=project,
			activity_type="Visit",
			subject="A visit",
			responsible=email("engineer"),
			starts_on="2026-03-04 09:00:00",
		)
	assert frappe.db.exists("Comment", comment.name)
	assert activity.name
	assert not frappe.db.count("Document Follow", {"user": email("engineer")})


def test_documents_of_others_are_followed(world, frappe):
	from frappe.desk.form.document_follow import follow_document

	frappe.db.set_value("User", email("manager"), "document_follow_notify", 1)
	with world.acting_as("manager"):
		assert follow_document("Customer", world.customer, email("manager"))
	assert frappe.db.exists("Document Follow", {"ref_docname": world.customer, "user": email("manager")})


def test_followers_from_before_are_removed(world, frappe, deal):
	from presales_mgmt.patches.remove_followers import execute

	for doctype, name in (("Presales Project", deal["Presales Project"][0]), ("Customer", world.customer)):
		follow = frappe.get_doc(
			doctype="Document Follow", ref_doctype=doctype, ref_docname=name, user=email("manager")
		)
		follow.name = frappe.generate_hash(length=10)
		follow.db_insert()
	execute()
	assert frappe.get_all("Document Follow", pluck="ref_doctype") == ["Customer"]


def test_sharing_by_a_rule_needs_sight(world, frappe, deal):
	"""An assignment makes a share with the rights of the system."""
	with pytest.raises(frappe.PermissionError):
		frappe.share.add_docshare(
			"Presales Project",
			deal["Presales Project"][0],
			email("other_manager"),
			read=1,
			flags={"ignore_share_permission": True},
		)


def test_the_party_is_a_customer_a_lead_or_a_prospect(world, deal):
	"""The party's title is shown: by this nobody reads the title of something else."""
	from presales_mgmt.exceptions import WrongTypeError

	for doctype, name in (("User", "Administrator"), ("Presales Project", deal["Presales Project"][0])):
		with pytest.raises(WrongTypeError, match="Party Type"):
			world.make_project(person="other_manager", party_type=doctype, party=name)
