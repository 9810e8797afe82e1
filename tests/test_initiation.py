"""The application for initiation: who drafts it, what it must say, its class and size, and what is decided on it."""

import pytest

from presales_mgmt.rules.initiation import REQUIRED_AMOUNTS, REQUIRED_VALUES
from tests.world import email

COMPANY_CRITERIA = (
	"Opens a market for the company",
	"Is tied to a major opportunity of the company",
	"Affects operations or the range of products",
	"Matters for long-term development",
	"Affects the reputation of the company",
)
CHANNEL_CRITERIA = (
	"Is a key project of the channel partner",
	"Weighs heavily on the channel partner",
	"Changes the territory of the channel partner",
)


@pytest.fixture
def project(world):
	return world.make_project(goal="Win the city", scope="Forty car parks")


@pytest.fixture
def under_review(world, project):
	"""A project whose application was submitted and reviewed, ready for the leader."""
	world.apply_for_initiation(project)
	world.review_initiation(project)
	return project


def application_of(project):
	import frappe

	return frappe.get_last_doc("Presales Initiation", {"presales_project": project.name})


def submit_for_initiation(world, project, person="director"):
	project.reload()
	return world.apply(person, project, "Submit for Initiation")


# ----------------------------------------------------------------------------------------- drafting


@pytest.mark.clause("R9.5", "R9.6", "R9.7", "R9.9")
@pytest.mark.parametrize("person", ["director", "manager", "planner"])
def test_those_who_plan_and_lead_draft_the_application(world, project, person):
	application = world.make_application(project, person=person)
	assert application.docstatus == 0
	with world.acting_as(person):
		application.goal = "Win the city and its neighbours"
		application.save()


@pytest.mark.parametrize(
	"person", ["engineer", "archivist", "supervisor", "leader", "other_director", "clerk"]
)
def test_nobody_else_drafts_it(world, frappe, project, person):
	with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		world.make_application(project, person=person)
	application = world.make_application(project)
	application.goal = "Somebody else's goal"
	with world.acting_as(person), pytest.raises(frappe.PermissionError):
		application.save()


@pytest.mark.clause("R9.7")
def test_the_planning_manager_helps_but_does_not_submit(world, frappe, project):
	application = world.make_application(project, person="planner")
	with world.acting_as("planner"), pytest.raises(frappe.PermissionError):
		application.submit()


def test_a_manager_of_another_project_who_is_a_member_does_not_submit(world, frappe, project):
	with world.acting_as("director"):
		project.append("team", {"user": email("other_manager"), "project_role": "Planning Manager"})
		project.save()
	application = world.make_application(project)
	with world.acting_as("other_manager"), pytest.raises(frappe.PermissionError, match="Only the director"):
		application.submit()


def test_a_new_application_has_what_the_project_says(world, frappe, project):
	with world.acting_as("manager"):
		application = world.insert("Presales Initiation", presales_project=project.name)
	assert (application.goal, application.scope) == ("Win the city", "Forty car parks")
	assert application.expected_revenue == 1_200_000
	assert (application.company, application.project_title) == (project.company, project.project_title)
	assert [(row.user, row.project_role) for row in application.team] == [
		(email("director"), "Director"),
		(email("manager"), "Manager"),
	]
	assert [row.criterion for row in application.classification] == [*COMPANY_CRITERIA, *CHANNEL_CRITERIA]


def test_the_form_shows_what_a_new_application_will_have(world, frappe, project):
	from presales_mgmt.api import get_initiation_defaults

	with world.acting_as("manager"):
		defaults = get_initiation_defaults(project.name)
	assert (defaults["goal"], defaults["expected_revenue"]) == ("Win the city", 1_200_000)
	assert defaults["project_title"] == project.project_title
	assert [row["criterion"] for row in defaults["classification"]] == [*COMPANY_CRITERIA, *CHANNEL_CRITERIA]
	assert defaults["team"][0]["user"] == email("director")
	for person in ("other_manager", "clerk"):
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			get_initiation_defaults(project.name)


def test_a_project_has_one_open_application(world, project):
	from presales_mgmt.exceptions import DuplicateEntryError

	application = world.make_application(project)
	with pytest.raises(DuplicateEntryError, match=application.name):
		world.make_application(project)
	with world.acting_as("director"):
		application.submit()
	with pytest.raises(DuplicateEntryError, match=application.name):
		world.make_application(project)


def test_an_active_project_is_not_applied_for_again(world):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError, match="expected Draft"):
		world.make_application(world.make_active_project())


def test_an_application_stays_with_its_project(world, project):
	from presales_mgmt.exceptions import LifecycleError

	other = world.make_project()
	application = world.make_application(project)
	application.presales_project = other.name
	with world.acting_as("director"), pytest.raises(LifecycleError, match="cannot be moved"):
		application.save()


@pytest.mark.parametrize(
	"values",
	[
		{"result": "Approved"},
		{"decided_by": "x", "applied_by": "x"},
		{"expected_margin": 5, "project_class": "Company Level", "is_large_project": 1},
	],
)
def test_what_the_server_writes_is_not_sent(world, project, values):
	if "decided_by" in values:
		values = dict.fromkeys(values, email("leader"))
	application = world.make_application(project, **values)
	assert not application.result
	assert not application.decided_by
	assert not application.applied_by
	assert (application.expected_margin, application.project_class) == (300_000, "Regular")
	assert not application.is_large_project


@pytest.mark.parametrize(
	("values", "error"),
	[
		({"expected_cost": "much"}, "WrongTypeError"),
		({"cost_of_sale": -1}, "OutOfRangeError"),
		({"win_chance": 101}, "OutOfRangeError"),
		({"goal": "<script>alert(1)</script>"}, "MarkupError"),
		({"expected_cost": 9e11, "cost_of_sale": 9e11, "expected_revenue": 1}, "OutOfRangeError"),
		(
			{
				"resources": [
					{
						"resource_kind": "People",
						"description": "Designer",
						"quantity": 1,
						"from_date": "2026-04-01",
						"to_date": "2026-03-01",
					}
				]
			},
			"DateOrderError",
		),
	],
)
def test_bad_values_are_refused(world, project, values, error):
	from presales_mgmt import exceptions

	with pytest.raises(getattr(exceptions, error)):
		world.make_application(project, **values)


def test_prospect_analysis_is_sanitised(world, project):
	application = world.make_application(project, prospect_analysis="<p>City</p><script>alert(1)</script>")
	assert "<script" not in application.prospect_analysis


# ----------------------------------------------------------------------------------------- completeness


@pytest.mark.clause("R9.9")
def test_a_project_without_an_application_is_not_initiated(world, project):
	from presales_mgmt.exceptions import GateError

	with pytest.raises(GateError, match="needs an application"):
		submit_for_initiation(world, project)
	world.make_application(project)
	submit_for_initiation(world, project)
	assert project.status == "Initiation Review"


@pytest.mark.clause("R6.1", "R7.3", "R9.9")
@pytest.mark.parametrize("fieldname", [*REQUIRED_VALUES, *REQUIRED_AMOUNTS])
def test_what_is_missing_is_named(world, frappe, project, fieldname):
	from presales_mgmt.exceptions import GateError

	project = world.make_project(expected_amount=0)
	application = world.make_application(project)
	with world.acting_as("manager"):
		application.set(fieldname, "<p> </p>" if fieldname == "prospect_analysis" else None)
		application.save()
	with pytest.raises(GateError) as refusal:
		submit_for_initiation(world, project)
	label = application.meta.get_label(fieldname)
	assert [finding.requirement.title for finding in refusal.value.findings] == [label]
	assert all(finding.blocks and finding.as_dict()["expected"] for finding in refusal.value.findings)
	assert label in str(refusal.value)
	assert frappe.db.get_value("Presales Project", project.name, ["status", "initiation"]) == ("Draft", None)
	with world.acting_as("manager"), pytest.raises(GateError):
		application.submit()

	application.reload()
	field = application.meta.get_field(fieldname)
	with world.acting_as("manager"):
		application.set(fieldname, field.options.split("\n")[1] if field.fieldtype == "Select" else 60)
		application.save()
	submit_for_initiation(world, project)
	assert project.status == "Initiation Review"


@pytest.mark.clause("R9.2")
def test_every_criterion_is_answered_even_one_that_was_left_out(world, frappe, project):
	from presales_mgmt.exceptions import GateError

	application = world.make_application(project)
	with world.acting_as("manager"):
		application.classification = application.classification[3:]
		application.save()
	assert [row.criterion for row in application.classification] == [*COMPANY_CRITERIA, *CHANNEL_CRITERIA]
	assert [row.idx for row in application.classification] == list(range(1, 9))
	with pytest.raises(GateError) as refusal:
		submit_for_initiation(world, project)
	assert [finding.requirement.title for finding in refusal.value.findings] == list(COMPANY_CRITERIA[:3])


@pytest.mark.clause("R9.2")
def test_a_company_has_its_own_criteria(world, frappe, project):
	from presales_mgmt.exceptions import GateError
	from presales_mgmt.setup.install import make_records

	world.insert(
		"Presales Classification Criterion",
		criterion="Opens the overseas market",
		project_class="Company Level",
	)
	frappe.db.set_value("Presales Classification Criterion", CHANNEL_CRITERIA[2], "enabled", 0)
	frappe.rename_doc(
		"Presales Classification Criterion", CHANNEL_CRITERIA[0], "Is the partner's key project"
	)
	frappe.delete_doc("Presales Classification Criterion", CHANNEL_CRITERIA[1])
	make_records()  # a migration brings nothing back
	application = world.make_application(project, answers=["Opens the overseas market"])
	names = [row.criterion for row in application.classification]
	assert set(names) == {*COMPANY_CRITERIA, "Opens the overseas market", "Is the partner's key project"}
	assert names[-1] == "Is the partner's key project"
	assert application.project_class == "Company Level"

	# A criterion that is added while the application is a draft is asked, too.
	world.insert("Presales Classification Criterion", criterion="A late question", project_class="Channel")
	with pytest.raises(GateError, match="A late question"):
		submit_for_initiation(world, project)


def test_criteria_are_not_merged(world, frappe):
	from presales_mgmt.exceptions import InitiationError

	with pytest.raises(InitiationError, match="cannot be merged"):
		frappe.rename_doc(
			"Presales Classification Criterion", CHANNEL_CRITERIA[0], COMPANY_CRITERIA[0], merge=True
		)


# ----------------------------------------------------------------------------------------- class and size


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize(
	("answers", "project_class"),
	[
		((), "Regular"),
		*[((criterion,), "Company Level") for criterion in COMPANY_CRITERIA],
		*[((criterion,), "Channel") for criterion in CHANNEL_CRITERIA],
		((CHANNEL_CRITERIA[0], COMPANY_CRITERIA[4]), "Company Level"),
	],
)
def test_the_class_follows_from_the_answers(world, project, answers, project_class):
	world.apply_for_initiation(project, answers=answers)
	assert project.project_class == project_class
	assert application_of(project).answered_class == project_class


@pytest.mark.clause("R9.2")
def test_a_class_is_raised_with_a_reason_and_never_lowered(world, project):
	from presales_mgmt.exceptions import GateError, InitiationError

	application = world.make_application(project, answers=[CHANNEL_CRITERIA[0]], raised_to="Company Level")
	with pytest.raises(GateError, match="Reason for Raising"):
		submit_for_initiation(world, project)
	application.reload()
	with world.acting_as("manager"):
		application.raised_to = "Channel"
		with pytest.raises(InitiationError, match="a class above Channel"):
			application.save()
		application.reload()
		application.raise_reason = "The partner works for the ministry"
		application.save()
	submit_for_initiation(world, project)
	assert project.project_class == "Company Level"
	assert application_of(project).answered_class == "Channel"


@pytest.mark.clause("R8.7")
@pytest.mark.parametrize(("person_months", "large"), [(49.99, 0), (50, 0), (50.01, 1), (120, 1)])
def test_a_large_project_is_recognised(world, project, person_months, large):
	world.apply_for_initiation(project, person_months=person_months)
	assert (project.is_large_project, project.person_months) == (large, person_months)


@pytest.mark.clause("R8.7")
def test_the_threshold_is_the_companys(world, frappe, project):
	from presales_mgmt.exceptions import OutOfRangeError

	settings = frappe.get_doc("Presales Settings")
	for threshold in (0, -5):
		settings.reload()
		settings.large_project_person_months = threshold
		with pytest.raises(OutOfRangeError):
			settings.save()
	settings.reload()
	settings.large_project_person_months = 11.5
	settings.save()
	world.apply_for_initiation(project)
	assert project.is_large_project
	# Recognised by the threshold of its day.
	settings.reload()
	settings.large_project_person_months = 50
	settings.save()
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	assert project.is_large_project


@pytest.mark.clause("R8.7", "R9.2")
@pytest.mark.parametrize(
	"values", [{"project_class": "Company Level"}, {"person_months": 90}, {"is_large_project": 1}]
)
def test_class_and_size_are_not_written_by_hand(world, values):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError, match="no change by hand"):
		world.make_project(**values)
	project = world.make_active_project()
	project.update(values)
	with world.acting_as("director"), pytest.raises(LifecycleError, match="no change by hand"):
		project.save()


@pytest.mark.clause("R8.7")
def test_without_applications_class_and_size_are_entered(world, frappe):
	frappe.get_doc("Presales Settings").update({"require_initiation_application": 0}).save()
	project = world.make_project(project_class="Channel", person_months=50.01)
	assert (project.project_class, project.is_large_project) == ("Channel", 1)
	with world.acting_as("manager"):
		project.person_months = 50
		project.is_large_project = 1
		project.save()
	assert not project.is_large_project
	world.apply("director", project, "Submit for Initiation")
	assert (project.status, project.initiation, project.project_class) == (
		"Initiation Review",
		None,
		"Channel",
	)
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	assert project.status == "Active"


@pytest.mark.clause("R6.1", "R9.9")
def test_figures_are_in_company_currency(world, frappe):
	usd = world.make_project(
		company=world.other_company, currency="USD", conversion_rate=7, expected_amount=100_000
	)
	with world.acting_as("manager"):
		application = world.insert("Presales Initiation", presales_project=usd.name)
	assert (application.company, application.expected_revenue) == (world.other_company, 700_000)
	assert application.meta.get_field("expected_revenue").options == "Company:company:default_currency"
	with world.acting_as("manager"):
		application.update({"expected_cost": 420_000, "cost_of_sale": 70_000, "monthly_net_inflow": 49_000})
		application.save()
	assert (application.expected_margin, application.margin_percent) == (210_000, 30)
	assert (application.benefit_cost_ratio, application.payback_months) == (1.43, 10)


# ----------------------------------------------------------------------------------------- basis documents


@pytest.mark.clause("R9.13")
@pytest.mark.parametrize(
	("rule", "documents", "lacking"),
	[
		("None", (), None),
		(
			"At Least One",
			(),
			"found nothing, expected an archived document of one of these types: "
			"Analysis Report, Feasibility Study, Research Report",
		),
		("At Least One", ("Analysis Report",), None),
		(
			"Every Basis Type",
			("Analysis Report",),
			"found Analysis Report, expected also an archived document of each of these types: "
			"Feasibility Study, Research Report",
		),
		("Every Basis Type", ("Analysis Report", "Research Report", "Feasibility Study"), None),
	],
)
def test_the_process_says_which_basis_documents_are_needed(world, frappe, project, rule, documents, lacking):
	from presales_mgmt.exceptions import GateError

	frappe.get_doc("Presales Process", project.presales_process).db_set("basis_documents_required", rule)
	frappe.clear_document_cache("Presales Process", project.presales_process)
	rows = [{"document": world.archive(project, document_type).name} for document_type in documents]
	application = world.make_application(project, basis_documents=rows)
	assert [row.document_type for row in application.basis_documents] == list(documents)
	if not lacking:
		submit_for_initiation(world, project)
		assert project.status == "Initiation Review"
		return
	with pytest.raises(GateError) as refusal:
		submit_for_initiation(world, project)
	assert [finding.requirement.title for finding in refusal.value.findings] == ["Basis Documents"]
	assert lacking in str(refusal.value)


@pytest.mark.clause("R9.13")
def test_a_basis_document_is_archived_of_this_project_and_of_a_basis_type(world, frappe, project):
	from presales_mgmt.exceptions import DuplicateEntryError, InitiationError

	with world.acting_as("manager"):
		draft = world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Research Report",
			title="Draft",
			responsible=email("manager"),
			content="<p>Text</p>",
		)
	elsewhere = world.archive(world.make_project(), "Research Report")
	wrong_type = world.archive(project, "Solution")
	withdrawn = world.archive(project, "Analysis Report")
	with world.acting_as("archivist"):
		withdrawn.cancel()
	for document in (draft, elsewhere, wrong_type, withdrawn):
		with pytest.raises((InitiationError, frappe.CancelledLinkError)) as refusal:
			world.make_application(project, basis_documents=[{"document": document.name}])
		assert elsewhere.title not in str(refusal.value)
	right = world.archive(project, "Research Report")
	with pytest.raises(DuplicateEntryError, match="row 2"):
		world.make_application(project, basis_documents=[{"document": right.name}, {"document": right.name}])
	world.make_application(project, basis_documents=[{"document": right.name}])


# ----------------------------------------------------------------------------------------- team


@pytest.mark.clause("R9.10")
@pytest.mark.parametrize(
	("table", "row", "match"),
	[
		("team", {"user": "clerk", "project_role": "Engineer"}, "presales role"),
		("team", {"user": "expert", "project_role": "Company Supervisor"}, "not of supervisors"),
		("supervisors", {"user": "expert", "project_role": "Engineer"}, "a role of supervisors"),
		("team", {"user": "expert", "project_role": "Director"}, "whom the project names"),
		("team", {"user": "expert", "project_role": "Manager"}, "whom the project names"),
	],
)
def test_who_is_appointed_is_able_and_has_a_role_of_the_table(world, project, table, row, match):
	from presales_mgmt.exceptions import TeamError

	with pytest.raises(TeamError, match=match):
		world.make_application(project, **{table: [{**row, "user": email(row["user"])}]})


def test_nobody_is_appointed_twice_or_after_leaving(world, frappe, project):
	from presales_mgmt.exceptions import DuplicateEntryError, TeamError

	row = {"user": email("expert"), "project_role": "Engineer"}
	with pytest.raises(DuplicateEntryError, match="row 2"):
		world.make_application(project, team=[row, dict(row)])
	world.apply_for_initiation(project, team=[row])
	world.review_initiation(project)
	frappe.db.set_value("User", email("expert"), "enabled", 0)
	with pytest.raises(TeamError, match="enabled"):
		world.apply("leader", project, "Approve Initiation")


@pytest.mark.clause("R1.9", "R9.9", "R9.10")
def test_appointment_comes_with_the_approval_and_lets_see_the_project(world, frappe, project):
	world.apply_for_initiation(
		project,
		team=[{"user": email("expert"), "project_role": "Engineer", "duties": "Technical solution"}],
		supervisors=[{"user": email("other_director"), "project_role": "Department Supervisor"}],
	)
	world.review_initiation(project)
	name = application_of(project).name

	def seen_by(person) -> list[bool]:
		with world.acting_as(person):
			return [
				bool(frappe.get_list(doctype, filters={"name": record}))
				and frappe.has_permission(doctype, "read", doc=record)
				for doctype, record in (("Presales Project", project.name), ("Presales Initiation", name))
			]

	for person in ("expert", "other_director"):
		assert seen_by(person) == [False, False]
	world.apply("leader", project, "Approve Initiation")
	for person in ("expert", "other_director"):
		assert seen_by(person) == [True, True]
	member = next(row for row in project.team if row.user == email("expert"))
	assert (member.project_role, member.duties, member.active, member.full_name) == (
		"Engineer",
		"Technical solution",
		1,
		"Expert",
	)


@pytest.mark.clause("R9.1", "R9.8")
@pytest.mark.parametrize(
	("answers", "roles", "passes"),
	[
		((), [], False),
		((), ["Director Supervisor"], True),
		((COMPANY_CRITERIA[0],), ["Department Supervisor"], False),
		((COMPANY_CRITERIA[0],), ["Department Supervisor", "Company Supervisor"], True),
	],
)
def test_an_approved_project_is_supervised(world, answers, roles, passes):
	from presales_mgmt.exceptions import GateError

	project = world.make_project(supervisors=[])
	world.apply_for_initiation(
		project,
		answers=answers,
		supervisors=[{"user": email("supervisor"), "project_role": role} for role in roles],
	)
	world.review_initiation(project)
	if passes:
		world.apply("leader", project, "Approve Initiation")
		assert [row.project_role for row in project.supervisors] == roles
		return
	with pytest.raises(GateError, match="needs a supervisor"):
		world.apply("leader", project, "Approve Initiation")
	# A leader appoints one instead of sending the application back.
	project.reload()
	with world.acting_as("leader"):
		project.append(
			"supervisors", {"user": email("supervisor"), "project_role": "Company Supervisor", "active": 1}
		)
		project.save()
	world.apply("leader", project, "Approve Initiation")
	assert project.status == "Active"


# ----------------------------------------------------------------------------------------- resources


@pytest.fixture
def asking(world, project):
	"""The submitted application of a project that asks for two engineers and money."""
	application = world.apply_for_initiation(
		project,
		resources=[
			{"resource_kind": "People", "description": "Engineers", "quantity": 2, "unit": "persons"},
			{"resource_kind": "Money", "description": "Survey", "quantity": 30_000, "unit": "CNY"},
			{"resource_kind": "Goods", "description": "Demo case", "quantity": 1},
		],
	)
	return application


@pytest.mark.clause("R5.4", "R9.9")
def test_resources_are_granted_with_the_approval(world, project, asking):
	world.review_initiation(project)
	asking.reload()
	with world.acting_as("leader"):
		asking.resources[1].granted_quantity = 20_000
		asking.resources[2].not_granted = 1
		asking.save()
	world.apply("leader", project, "Approve Initiation")
	asking.reload()
	assert [row.granted_quantity for row in asking.resources] == [2, 20_000, 0]
	assert (asking.result, asking.decided_by) == ("Approved", email("leader"))


def test_what_is_granted_does_not_undo_the_review(world, project, asking):
	from presales_mgmt.reviewed_version import fingerprints

	def fingerprint():
		return fingerprints(asking.doctype, [asking.name])[asking.name]

	reviewed = fingerprint()
	with world.acting_as("leader"):
		asking.resources[1].granted_quantity = 20_000
		asking.resources[2].not_granted = 1
		asking.save()
	assert fingerprint() == reviewed
	asking.resources[1].db_set("quantity", 50_000)
	assert fingerprint() != reviewed, "what is asked for is content"


def test_only_a_leader_grants_and_nothing_else(world, frappe, project, asking):
	from presales_mgmt.exceptions import InitiationError

	for person in ("director", "manager", "planner", "engineer", "supervisor"):
		asking.reload()
		asking.resources[0].granted_quantity = 5
		with world.acting_as(person), pytest.raises(frappe.PermissionError):
			asking.save()
	for change in (
		{"goal": "Another goal"},
		{"expected_revenue": 5},
		{"result": "Approved"},
		{"resources": []},
	):
		asking.reload()
		asking.update(change)
		with world.acting_as("leader"), pytest.raises(frappe.ValidationError):
			asking.save()
	for change in (
		lambda: asking.append("resources", {"resource_kind": "Money", "description": "More", "quantity": 1}),
		lambda: asking.remove(asking.resources[2]),
	):
		asking.reload()
		change()
		with world.acting_as("leader"), pytest.raises(InitiationError, match="neither added nor removed"):
			asking.save()
	asking.reload()
	asking.resources[0].update({"quantity": 9})
	with world.acting_as("leader"), pytest.raises(frappe.UpdateAfterSubmitError):
		asking.save()
	asking.reload()
	asking.resources[0].update({"granted_quantity": 1, "not_granted": 1})
	with world.acting_as("leader"), pytest.raises(InitiationError, match="Granted"):
		asking.save()


def test_a_leader_grants_nothing_to_the_own_project_nor_after_the_decision(world, frappe):
	from presales_mgmt.exceptions import LifecycleError, SelfApprovalError

	world.make_user("both", "Presales Director", "Presales Leader")
	resources = [{"resource_kind": "People", "description": "Engineers", "quantity": 2}]
	own = world.make_project(director=email("both"))
	application = world.apply_for_initiation(own, "manager", resources=resources)
	application.resources[0].granted_quantity = 9
	with world.acting_as("both@presales-test.example.com"), pytest.raises(SelfApprovalError):
		application.save()

	active = world.make_active_project(application={"resources": resources})
	application = application_of(active)
	application.resources[0].granted_quantity = 9
	with world.acting_as("leader"), pytest.raises(LifecycleError, match="decided"):
		application.save()


# ----------------------------------------------------------------------------------------- the decision


@pytest.mark.clause("R9.9")
def test_the_application_is_submitted_with_the_project_and_decided_with_it(world, frappe, project):
	application = world.apply_for_initiation(project, "manager")
	assert (application.docstatus, application.applied_by) == (1, email("manager"))
	assert application.result in (None, "")
	assert (project.initiation, project.goal) == (application.name, application.goal)
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	application.reload()
	assert (application.result, application.decided_by) == ("Approved", email("leader"))
	assert application.decided_on
	assert project.strategy == "Compete"


@pytest.mark.clause("R9.9")
def test_one_that_was_submitted_before_is_accepted(world, project):
	application = world.make_application(project)
	with world.acting_as("manager"):
		application.submit()
	submit_for_initiation(world, project)
	assert (project.initiation, project.applied_by) == (application.name, email("director"))


@pytest.mark.clause("R9.9")
def test_who_leads_no_more_is_not_appointed_by_an_earlier_application(world, project):
	from presales_mgmt.exceptions import TeamError

	application = world.make_application(project)
	with world.acting_as("manager"):
		application.submit()
	project.reload()
	with world.acting_as("director"):
		project.manager = email("planner")
		project.save()
	with pytest.raises(TeamError, match=f"{email('planner')}, whom the project names as Manager"):
		submit_for_initiation(world, project)


@pytest.mark.clause("R9.9")
def test_approval_with_conditions_is_the_reviews(world, frappe, under_review):
	review = frappe.get_last_doc("Presales Review", {"presales_project": under_review.name})
	review.db_set("status", "Approved with Conditions")
	world.apply("leader", under_review, "Approve Initiation")
	assert application_of(under_review).result == "Approved with Conditions"


@pytest.mark.clause("R9.9")
def test_a_strategy_comes_from_the_review_or_from_a_leader(world, frappe, project):
	from presales_mgmt.exceptions import GateError

	with world.acting_as("director"):
		project.strategy = "Avoid"  # what the applicants think is no advice of the evaluation
		project.save()
	world.apply_for_initiation(project)
	assert not project.strategy
	review = world.review_initiation(project)
	frappe.db.set_value("Presales Project", project.name, "strategy", None)
	review.db_set("strategy_advice", None)
	project.reload()
	with pytest.raises(GateError, match="needs a strategy"):
		world.apply("leader", project, "Approve Initiation")
	project.reload()
	project.strategy = "Compete"
	with world.acting_as("director"), pytest.raises(frappe.ValidationError, match="Strategy"):
		project.save()
	review.db_set("strategy_advice", "Follow")
	project.reload()
	world.apply("leader", project, "Approve Initiation")
	assert project.strategy == "Follow"


@pytest.mark.clause("R9.9")
def test_the_leaders_strategy_goes_before_the_advice(world, frappe, project):
	world.apply_for_initiation(project)
	review = world.review_initiation(project)
	review.db_set("strategy_advice", "Compete")
	world.set_strategy(project, "Avoid")
	world.apply("leader", project, "Approve Initiation")
	assert project.strategy == "Avoid"


@pytest.mark.clause("R9.9")
@pytest.mark.parametrize("chance", [0, 1])
def test_a_project_with_small_chances_is_initiated_too(world, frappe, chance):
	project = world.make_active_project(
		application={
			"win_chance": chance,
			"competition": "Very Strong",
			"market_value": "Low",
			"feasibility": "Low",
			"technical_difficulty": "High",
			"authenticity": "Doubtful",
		}
	)
	assert project.status == "Active"
	assert application_of(project).result == "Approved"


@pytest.mark.clause("R9.9")
def test_small_chances_are_no_ground_of_rejection(frappe):
	grounds = frappe.get_meta("Presales Review Opinion").get_field("rejection_ground").options.lower()
	assert grounds.strip()
	for word in ("chance", "probab", "hit rate", "compet"):
		assert word not in grounds


@pytest.mark.clause("R9.9")
def test_who_submitted_the_application_does_not_approve(world, frappe, project):
	from presales_mgmt.exceptions import SelfApprovalError

	world.make_user("both", "Presales Manager", "Presales Leader")
	both = email("both")
	delegation = world.delegate("manager", "both")
	application = world.make_application(project)
	with world.acting_as(both):
		application.submit()
	with world.acting_as("manager"):
		delegation.enabled = 0
		delegation.save()
	project.reload()
	submit_for_initiation(world, project)
	world.review_initiation(project)
	with pytest.raises(SelfApprovalError):
		world.apply(both, project, "Approve Initiation")


@pytest.mark.clause("R9.9")
def test_what_was_sent_back_is_amended_and_applied_for_again(world, frappe, project):
	first = world.apply_for_initiation(project, person_months=60)
	assert project.is_large_project
	project.reload()
	with world.acting_as("leader"):
		project.outcome_reason = "The cost of sale is too low to believe"
		project.save()
	world.apply("leader", project, "Send Back")
	first.reload()
	assert (first.docstatus, first.result, first.decided_by) == (2, "Sent Back", email("leader"))
	assert first.decision_reason == "The cost of sale is too low to believe"
	assert (project.status, project.initiation, project.project_class) == ("Draft", None, None)
	assert (project.is_large_project, project.person_months) == (0, 0)

	with world.acting_as("manager"):
		second = frappe.copy_doc(first)
		second.update({"amended_from": first.name, "docstatus": 0, "cost_of_sale": 150_000})
		second.insert()
	assert not second.result
	assert [row.answer for row in second.classification] == ["No"] * 8
	submit_for_initiation(world, project)
	assert project.initiation == second.name
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	assert application_of(project).result == "Approved"


@pytest.mark.parametrize("person", ["director", "manager"])
def test_applicants_withdraw(world, project, person):
	application = world.apply_for_initiation(project)
	world.apply(person, project, "Withdraw Application")
	application.reload()
	assert (application.docstatus, application.result, application.decided_by) == (
		2,
		"Withdrawn",
		email(person),
	)
	assert (project.status, project.initiation) == ("Draft", None)


@pytest.mark.clause("R9.9")
def test_a_rejection_needs_a_reason_and_stands(world, frappe, under_review):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError, match="needs a reason"):
		world.apply("leader", under_review, "Reject Initiation")
	under_review.reload()
	with world.acting_as("leader"):
		under_review.outcome_reason = "The customer does not exist"
		under_review.save()
	world.apply("leader", under_review, "Reject Initiation")
	application = application_of(under_review)
	assert (under_review.status, application.docstatus, application.result) == ("Abandoned", 1, "Rejected")
	assert application.decision_reason == "The customer does not exist"
	with world.acting_as("director"), pytest.raises(LifecycleError, match="stands"):
		application.cancel()


def test_an_application_under_evaluation_is_withdrawn_with_its_project_only(world, frappe, project):
	from presales_mgmt.exceptions import LifecycleError

	application = world.apply_for_initiation(project)
	with world.acting_as("director"), pytest.raises(LifecycleError, match="Withdraw it"):
		application.cancel()
	application.reload()
	with world.acting_as("leader"), pytest.raises(frappe.PermissionError):
		application.cancel()


def test_one_that_was_only_submitted_is_cancelled_and_goes_with_its_abandoned_project(world, project):
	application = world.make_application(project)
	with world.acting_as("manager"):
		application.submit()
		application.cancel()
	assert application.result == "Withdrawn"

	second = world.make_application(project)
	with world.acting_as("manager"):
		second.submit()
		project.reload()
		project.outcome_reason = "The customer gave up"
		project.save()
	world.apply("director", project, "Abandon")
	second.reload()
	assert (second.docstatus, second.result) == (2, "Withdrawn")


def test_the_switch_may_be_turned_while_a_project_is_evaluated(world, frappe, project):
	from presales_mgmt.exceptions import GateError

	settings = frappe.get_doc("Presales Settings")
	settings.update({"require_initiation_application": 0}).save()
	world.apply("director", project, "Submit for Initiation")
	settings.reload()
	settings.update({"require_initiation_application": 1}).save()
	world.review_initiation(project)
	with pytest.raises(GateError, match="needs a submitted application"):
		world.apply("leader", project, "Approve Initiation")
	application = world.make_application(project)
	with world.acting_as("manager"):
		application.submit()
	project.reload()
	with pytest.raises(GateError, match="no review"):  # the review saw no application
		world.apply("leader", project, "Approve Initiation")
	project.reload()
	world.review_initiation(project, requester="planner")
	world.apply("leader", project, "Approve Initiation")
	assert (project.initiation, application_of(project).result) == (application.name, "Approved")


@pytest.mark.clause("R9.9")
def test_a_process_asks_for_no_application_where_the_company_does_without(world, frappe):
	from presales_mgmt.gates.evaluation import blocking, evaluate

	frappe.get_doc("Presales Settings").update({"require_initiation_application": 0}).save()
	project = world.make_project(presales_process="Marketing-Centre Project Presales")
	world.apply("director", project, "Submit for Initiation")
	world.review_initiation(project)
	world.apply("leader", project, "Approve Initiation")
	titles = [finding.requirement.title for finding in blocking(evaluate([project.name])[project.name])]
	assert "Research report is archived" in titles
	assert "Project is initiated" not in titles


# ----------------------------------------------------------------------------------------- who sees it


@pytest.mark.clause("R1.9", "R9.9")
@pytest.mark.parametrize("person", ["other_director", "other_manager", "expert", "clerk", "Guest"])
def test_outsiders_see_nothing_of_an_application(world, frappe, project, person):
	row = {"resource_kind": "People", "description": "Engineers", "quantity": 2}
	document = world.archive(project, "Research Report")
	application = world.make_application(
		project,
		resources=[row],
		basis_documents=[{"document": document.name}],
		supervisors=[{"user": email("supervisor"), "project_role": "Company Supervisor"}],
	)
	tables = {df.options for df in application.meta.get_table_fields()}
	assert len(tables) == 4
	with world.acting_as(person):
		assert not frappe.has_permission("Presales Initiation", "read", doc=application.name)
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc("Presales Initiation", application.name).check_permission("read")
		for doctype in ("Presales Initiation", *tables):
			parent = {} if doctype == "Presales Initiation" else {"parent_doctype": "Presales Initiation"}
			try:
				assert frappe.get_list(doctype, **parent) == []
			except frappe.PermissionError:
				continue
	for insider in ("engineer", "supervisor", "leader"):
		with world.acting_as(insider):
			assert frappe.get_list("Presales Initiation", pluck="name") == [application.name]


@pytest.mark.parametrize("person", ["engineer", "finance", "supervisor"])
def test_insiders_who_do_not_plan_only_read(world, frappe, person, project):
	world.make_application(project)
	with world.acting_as(person):
		assert not frappe.has_permission("Presales Initiation", "write", doc=application_of(project))


# ----------------------------------------------------------------------------------------- budgets


def test_an_application_takes_few_queries(world, frappe, project, count_queries, is_sandbox):
	world.make_application(world.make_project())  # warms the caches of meta and settings
	with count_queries() as drafting, world.acting_as("manager"):
		application = world.insert("Presales Initiation", presales_project=project.name, goal="Win")
	with count_queries() as saving, world.acting_as("manager"):
		application.save()
	rows = len(application.classification) + len(application.team)
	# A real v15 looks every link up by itself, and ERPNext asks whether a company's transactions are being deleted.
	links = 0 if is_sandbox else 15
	assert drafting.count - rows <= 15 + links
	assert saving.count - rows <= 21 + links


def test_a_draft_project_takes_few_queries(world, frappe, count_queries, is_sandbox):
	with world.acting_as("manager"):
		world.make_project().save()  # warms the caches
		with count_queries() as inserting:
			project = world.make_project()
		project.save()
		with count_queries() as saving:
			project.save()
	rows = len(project.team) + len(project.supervisors)
	# A real v15 looks links up and asks for each right by itself; the app's own queries are the same.
	more = 0 if is_sandbox else 15
	assert inserting.count - rows <= 20 + more
	assert saving.count - rows <= 17 + more


def test_saving_an_initiated_project_takes_few_queries(world, frappe, count_queries):
	project = world.make_active_project()
	with world.acting_as("manager"):
		project.save()
		with count_queries() as counted:
			project.save()
	rows = len(project.team) + len(project.supervisors)  # Frappe writes each row of a table by itself
	assert counted.count - rows <= 18  # ERPNext asks whether the company's transactions are being deleted


def test_what_is_missing_is_said_in_the_users_language(world, frappe, project):
	from frappe.translate import MERGED_TRANSLATION_KEY

	from presales_mgmt.exceptions import GateError

	application = world.make_application(project)
	with world.acting_as("manager"):
		application.threats = None
		application.save()
	language = frappe.local.lang
	frappe.cache.delete_value(MERGED_TRANSLATION_KEY)
	frappe.local.lang = "zh"
	try:
		with pytest.raises(GateError, match="<b>威胁</b>（立项申请）：实际为“空”，要求为“必填值”"):
			submit_for_initiation(world, project)
	finally:
		frappe.local.lang = language
		frappe.cache.delete_value(MERGED_TRANSLATION_KEY)
