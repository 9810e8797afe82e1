"""The engine on a site: each kind of requirement, moves, refusals, overrides, frozen versions."""

import json

import pytest

from presales_mgmt.gates.definitions import CACHE, forget, load_process
from tests.world import email


@pytest.fixture
def project(world):
	return world.make_active_project()


def make_process(world, *requirements, name="Gate Test Process"):
	"""A process of three open stages; the requirements hold the first."""
	import frappe

	stages = ("Opportunity Capture", "Solution Design", "Bid Preparation")
	return world.insert(
		"Presales Process",
		process_name=name,
		stages=[
			{"stage": stage, "stage_type": "Open", "probability": 10 * index}
			for index, stage in enumerate(stages, 1)
		],
		requirements=[
			{
				"stage": frappe.as_unicode(stages[0]),
				"title": f"Requirement {index}",
				"mandatory": 1,
				**requirement,
			}
			for index, requirement in enumerate(requirements)
		],
	)


def findings_of(project):
	from presales_mgmt.gates.evaluation import evaluate

	return evaluate([project.name])[project.name]


def only_finding(project):
	(finding,) = findings_of(project)
	return finding


# ----------------------------------------------------------------------------------------- kinds


@pytest.mark.clause("R9.13")
def test_document_requirement_counts_archived_documents_of_the_type(world):
	process = make_process(world, {"kind": "Document", "document_type": "Research Report", "min_count": 2})
	project = world.make_active_project(presales_process=process.name)
	assert not only_finding(project).satisfied
	world.archive(project, "Research Report")
	world.archive(project, "Feasibility Study")
	with world.acting_as("manager"):
		world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Research Report",
			title="A draft does not count",
		)
	assert not only_finding(project).satisfied
	second = world.archive(project, "Research Report")
	assert only_finding(project).satisfied
	with world.acting_as("archivist"):
		second.cancel()
	assert not only_finding(project).satisfied


@pytest.mark.clause("R9.13")
def test_a_superseded_document_counts_no_more_and_its_successor_does(world):
	process = make_process(world, {"kind": "Document", "document_type": "Solution", "min_count": 2})
	project = world.make_active_project(presales_process=process.name)
	first = world.archive(project, "Solution")
	second = world.archive(project, "Solution", supersedes=first.name, document_version="2.0")
	first.reload()
	assert (first.status, second.status) == ("Superseded", "Archived")
	assert not only_finding(project).satisfied


@pytest.mark.clause("R7.5")
def test_review_requirement_goes_by_the_latest_review(world):
	process = make_process(world, {"kind": "Review", "review_kind": "Solution"})
	project = world.make_active_project(presales_process=process.name)
	assert only_finding(project).answer.found == "no review"
	world.review(project, "Bid")
	assert not only_finding(project).satisfied
	world.review(project, "Solution")
	assert only_finding(project).satisfied
	world.review(project, "Solution", decision="Send Back")
	assert not only_finding(project).satisfied
	world.review(project, "Solution", decision="Approve with Conditions")
	assert only_finding(project).satisfied
	running = world.request_review(project, "Solution")
	assert not only_finding(project).satisfied
	with world.acting_as("manager"):
		running.cancel()
	assert only_finding(project).satisfied


def test_record_requirement_counts_records_that_meet_the_conditions(world):
	process = make_process(
		world,
		{
			"kind": "Record",
			"reference_doctype": "Presales Activity",
			"min_count": 2,
			"reference_filters": json.dumps(
				[["activity_type", "in", ["Visit", "Demo"]], ["status", "=", "Completed"]]
			),
		},
	)
	project = world.make_active_project(presales_process=process.name)
	world.record_activity(project, "Visit")
	world.record_activity(project, "Negotiation")
	world.record_activity(project, "Demo", status="Planned")
	assert not only_finding(project).satisfied
	world.record_activity(project, "Demo")
	assert only_finding(project).satisfied


def test_record_requirement_counts_only_submitted_records_of_the_project(world):
	process = make_process(world, {"kind": "Record", "reference_doctype": "Presales Analysis Meeting"})
	project = world.make_active_project(presales_process=process.name)
	other = world.make_active_project(presales_process=process.name)
	world.hold_meeting(other, "Periodic")
	with world.acting_as("manager"):
		world.insert(
			"Presales Analysis Meeting",
			presales_project=project.name,
			meeting_type="Periodic",
			subject="Only planned",
			chair=email("manager"),
			starts_on="2026-03-10 10:00:00",
		)
	assert not only_finding(project).satisfied
	assert only_finding(other).satisfied
	world.hold_meeting(project, "Periodic")
	assert only_finding(project).satisfied


def test_record_requirement_at_most_holds_while_too_many_are_found(world):
	process = make_process(
		world,
		{
			"kind": "Record",
			"reference_doctype": "Presales Activity",
			"reference_filters": json.dumps([["status", "=", "Planned"]]),
			"count_rule": "At Most",
			"min_count": 0,
		},
	)
	assert process.requirements[0].min_count == 0
	project = world.make_active_project(presales_process=process.name)
	assert only_finding(project).satisfied
	visit = world.record_activity(project, "Visit", status="Planned")
	finding = only_finding(project)
	assert (finding.blocks, finding.answer.found, finding.answer.expected) == (
		True,
		"1 found",
		"at most 0",
	)
	with world.acting_as("manager"):
		visit.status = "Completed"
		visit.save()
	assert only_finding(project).satisfied


def test_at_least_none_means_at_least_one(world):
	process = make_process(
		world, {"kind": "Record", "reference_doctype": "Presales Activity", "min_count": 0}
	)
	assert process.requirements[0].min_count == 1
	project = world.make_active_project(presales_process=process.name)
	assert only_finding(project).answer.expected == "at least 1"


@pytest.mark.clause("R8.7", "R9.2")
def test_a_requirement_is_asked_only_of_projects_that_it_applies_to(world, frappe):
	from presales_mgmt.api import tick_checklist
	from presales_mgmt.exceptions import StageError

	kinds = ("All Projects", "Large Projects", "Company-Level Projects", "Channel Projects")
	process = make_process(world, *({"kind": "Checklist", "applies_to": kind} for kind in kinds))
	project = world.make_active_project(presales_process=process.name)

	def asked_of(project_class, is_large):
		# Both follow from the application for initiation, which is not the matter here.
		project.db_set({"project_class": project_class, "is_large_project": is_large})
		return [kinds.index(finding.requirement.applies_to) for finding in findings_of(project)]

	assert asked_of(None, 0) == [0]
	assert asked_of("Regular", 1) == [0, 1]
	assert asked_of("Company Level", 1) == [0, 1, 2]
	assert asked_of("Channel", 0) == [0, 3]
	with world.acting_as("engineer"):
		with pytest.raises(StageError):
			tick_checklist(project.name, process.requirements[1].code)
		assert tick_checklist(project.name, process.requirements[3].code)


@pytest.mark.clause("R7.3")
@pytest.mark.clause("R9.3")
def test_a_channel_project_names_its_partner(world, frappe):
	process = make_process(
		world,
		{
			"kind": "Field",
			"project_field": "sales_partner",
			"operator": "is set",
			"applies_to": "Channel Projects",
		},
	)
	project = world.make_active_project(presales_process=process.name)
	assert findings_of(project) == []
	project.db_set("project_class", "Channel")  # follows from the application, which is not the matter here
	assert only_finding(project).blocks
	partner = world.insert(
		"Sales Partner", partner_name="Presales Test Partner", territory=world.territory, commission_rate=0
	)
	project.db_set("sales_partner", partner.name)
	assert only_finding(project).satisfied


def test_field_requirement_compares_fields_and_counts_rows(world):
	process = make_process(
		world,
		{"kind": "Field", "project_field": "base_expected_amount", "operator": ">=", "value": "1000000"},
		{"kind": "Field", "project_field": "competitors", "operator": ">=", "value": "1"},
		{"kind": "Field", "project_field": "strategy", "operator": "in", "value": "Avoid, Follow"},
	)
	project = world.make_active_project(presales_process=process.name)
	assert [finding.satisfied for finding in findings_of(project)] == [True, False, False]
	with world.acting_as("manager"):
		project.append("competitors", {"competitor": world.competitor})
		project.strategy = "Follow"
		project.expected_amount = 999_999
		project.save()
	assert [finding.satisfied for finding in findings_of(project)] == [False, True, True]


@pytest.mark.clause("R4.1")
def test_checklist_requirement_is_ticked_by_its_role_only(world, frappe):
	from presales_mgmt.api import tick_checklist, untick_checklist

	process = make_process(world, {"kind": "Checklist", "responsible_role": "Presales Engineer"})
	project = world.make_active_project(presales_process=process.name)
	code = only_finding(project).requirement.code
	with world.acting_as("manager"), pytest.raises(frappe.PermissionError):
		tick_checklist(project.name, code)
	with world.acting_as("expert"), pytest.raises(frappe.PermissionError):
		tick_checklist(project.name, code)  # the role, but not on the project
	assert not only_finding(project).satisfied
	with world.acting_as("engineer"):
		entry = tick_checklist(project.name, code)
		assert tick_checklist(project.name, code) == entry
	assert only_finding(project).satisfied
	with world.acting_as("planner"), pytest.raises(frappe.PermissionError):
		untick_checklist(project.name, code)
	with world.acting_as("engineer"):
		untick_checklist(project.name, code)
	assert not only_finding(project).satisfied


def test_a_checklist_item_of_another_stage_cannot_be_ticked(world, project):
	from presales_mgmt.api import tick_checklist
	from presales_mgmt.exceptions import StageError

	with world.acting_as("engineer"), pytest.raises(StageError):
		tick_checklist(project.name, "solution-design-1")
	with world.acting_as("engineer"), pytest.raises(StageError):
		tick_checklist(project.name, "<b>nothing</b>")


@pytest.mark.clause("R3.2", "R5.6", "R5.7")
def test_risk_requirement_goes_by_the_highest_open_risk(world):
	process = make_process(world, {"kind": "Risk", "max_risk_level": "Medium"})
	project = world.make_active_project(presales_process=process.name)
	assert only_finding(project).satisfied
	with world.acting_as("manager"):
		risk = world.insert(
			"Presales Risk",
			presales_project=project.name,
			risk_title="Sensors fail in the cold",
			probability=4,
			impact=4,
			risk_owner=email("engineer"),
		)
	assert (risk.inherent_score, risk.current_level) == (16, "Extreme")
	assert not only_finding(project).satisfied
	with world.acting_as("engineer"):
		risk.reload()
		risk.update({"residual_probability": 2, "residual_impact": 4, "status": "Mitigating"})
		risk.save()
	assert (risk.current_score, risk.current_level) == (8, "Medium")
	assert only_finding(project).satisfied
	with world.acting_as("engineer"):
		risk.update({"residual_probability": 3, "residual_impact": 4})
		risk.save()
	assert not only_finding(project).satisfied
	with world.acting_as("engineer"):
		risk.status = "Closed"
		risk.save()
	assert only_finding(project).satisfied


def test_another_app_can_add_a_kind(world, frappe, monkeypatch):
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	hooks = frappe.get_hooks("presales_requirement_kinds")
	monkeypatch.setattr(
		frappe,
		"get_hooks",
		lambda hook=None, *args, original=frappe.get_hooks, **kwargs: (
			{**hooks, "Weather": ["presales_mgmt.gates.checkers.check_checklists"]}
			if hook == "presales_requirement_kinds"
			else original(hook, *args, **kwargs)
		),
	)
	kinds = frappe.get_meta("Presales Process Requirement").get_options("kind")
	make_property_setter("Presales Process Requirement", "kind", "options", kinds + "\nWeather", "Text")
	process = make_process(world, {"kind": "Weather"})
	project = world.make_active_project(presales_process=process.name)
	assert only_finding(project).requirement.kind == "Weather"
	assert only_finding(project).answer.found == "not ticked"


def test_a_kind_whose_app_is_gone_is_broken(world, frappe):
	process = make_process(world, {"kind": "Checklist"})
	project = world.make_active_project(presales_process=process.name)
	frappe.db.set_value(
		"Presales Process Requirement", {"parent": project.process_version}, "kind", "Weather"
	)
	forget(project.process_version)
	assert only_finding(project).answer.broken


def test_a_frozen_version_that_is_rolled_back_leaves_the_cache(world, frappe):
	project = world.make_active_project(presales_process=make_process(world, {"kind": "Checklist"}).name)
	assert only_finding(project)
	assert frappe.cache.hget(CACHE, project.process_version)
	# What a rollback of the transaction calls, which would take the test's records with it.
	frappe.db.after_rollback.run()
	assert frappe.cache.hget(CACHE, project.process_version) is None


@pytest.mark.parametrize(
	("doctype", "values"),
	[
		("Presales Stage", {"stage_name": "Old Name"}),
		("Presales Document Type", {"document_type": "Old Name"}),
		("Role", {"role_name": "Old Name"}),
	],
)
def test_what_was_read_before_a_new_name_is_committed_leaves_the_cache(world, frappe, doctype, values):
	project = world.make_active_project()
	version = project.process_version
	assert load_process(version)
	read_meanwhile = frappe.cache.hget(CACHE, version)
	frappe.rename_doc(doctype, world.insert(doctype, **values).name, "New Name")
	frappe.cache.hset(CACHE, version, read_meanwhile)
	frappe.db.commit()  # emulated
	assert frappe.cache.hget(CACHE, version) is None


def test_an_optional_requirement_is_shown_but_does_not_hold_back(world):
	process = make_process(world, {"kind": "Review", "review_kind": "Legal", "mandatory": 0})
	project = world.make_active_project(presales_process=process.name)
	assert not only_finding(project).satisfied
	world.move(project, "Solution Design")
	assert project.stage == "Solution Design"


def test_a_requirement_whose_target_is_gone_is_broken_and_can_be_overridden(world, frappe):
	from presales_mgmt.exceptions import GateError

	world.insert("Presales Document Type", document_type="Vanishing Paper")
	process = make_process(
		world,
		{"kind": "Document", "document_type": "Vanishing Paper"},
		{"kind": "Field", "project_field": "strategy", "operator": "is set"},
		{"kind": "Record", "reference_doctype": "Presales Activity"},
	)
	project = world.make_active_project(presales_process=process.name)
	frappe.db.delete("Presales Document Type", {"name": "Vanishing Paper"})
	rows = {"parent": project.process_version, "parenttype": "Presales Process Version"}
	frappe.db.set_value(
		"Presales Process Requirement", {**rows, "kind": "Field"}, "project_field", "vanished"
	)
	frappe.db.set_value(
		"Presales Process Requirement", {**rows, "kind": "Record"}, "reference_doctype", "Vanished"
	)
	forget(project.process_version)
	findings = findings_of(project)
	assert [finding.answer.broken for finding in findings] == [True, True, True]
	assert "Vanishing Paper" in findings[0].answer.found
	with pytest.raises(GateError, match="Vanishing Paper"):
		world.move(project, "Solution Design")
	world.move(project, "Solution Design", person="director", override_reason="The paper was abolished")
	assert project.stage == "Solution Design"


def test_a_document_type_in_use_cannot_be_deleted(world, frappe):
	make_process(world, {"kind": "Document", "document_type": "Related Information"})
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Presales Document Type", "Related Information")


# ----------------------------------------------------------------------------------------- moves


@pytest.mark.clause("R4.3")
def test_a_refusal_changes_nothing_and_says_what_is_missing(world, frappe, project):
	from presales_mgmt.exceptions import GateError

	entered = project.stage_entered_on
	with pytest.raises(GateError) as refusal:
		world.move(project, "Opportunity Assessment")
	assert {finding.requirement.title for finding in refusal.value.findings} == {
		"Customer has been visited",
		"Research report is archived",
	}
	assert "Research report is archived" in str(refusal.value)
	project.reload()
	assert (project.stage, project.stage_entered_on) == ("Opportunity Capture", entered)
	moves = {"presales_project": project.name, "move_type": ["!=", "Status"]}
	assert frappe.db.count("Presales Stage Log", moves) == 1


@pytest.mark.clause("R1.10", "R4.3")
def test_a_move_is_logged_with_its_findings(world, frappe, project):
	world.satisfy(project, "Opportunity Capture")
	result = world.move(project, "Opportunity Assessment", from_stage="Opportunity Capture")
	log = frappe.get_doc("Presales Stage Log", result["log"])
	assert (log.from_stage, log.to_stage, log.move_type) == (
		"Opportunity Capture",
		"Opportunity Assessment",
		"Forward",
	)
	assert (log.moved_by, log.is_override) == (email("manager"), 0)
	findings = json.loads(log.gate_findings)
	assert len(findings) == 3
	assert all(finding["satisfied"] for finding in findings)
	assert project.probability == 20
	assert project.base_weighted_amount == 240_000


def test_skipping_passes_every_gate_in_between(world, project):
	from presales_mgmt.exceptions import GateError

	world.satisfy(project, "Opportunity Capture")
	with pytest.raises(GateError) as refusal:
		world.move(project, "Solution Design")
	assert {finding.requirement.stage for finding in refusal.value.findings} == {"Opportunity Assessment"}
	world.satisfy(project, "Opportunity Assessment")
	assert world.move(project, "Solution Design")["move_type"] == "Skip"


def test_going_back_needs_a_reason_and_passes_no_gate(world, frappe, project):
	from presales_mgmt.exceptions import StageError

	world.advance_to(project, "Solution Design")
	with pytest.raises(StageError, match="needs a reason"):
		world.move(project, "Opportunity Capture")
	result = world.move(project, "Opportunity Capture", reason="The customer changed the site")
	log = frappe.get_doc("Presales Stage Log", result["log"])
	assert (log.move_type, log.reason) == ("Back", "The customer changed the site")


@pytest.mark.clause("R4.3")
def test_days_in_stage_add_up_over_several_stays(world, frappe, project):
	from presales_mgmt.analytics.stages import days_per_stage

	def age(days):
		entered = frappe.utils.add_to_date(frappe.utils.now_datetime(), days=-days)
		frappe.db.set_value("Presales Project", project.name, "stage_entered_on", entered)

	world.satisfy(project, "Opportunity Capture")
	age(3)
	world.move(project, "Opportunity Assessment")
	age(2)
	world.move(project, "Opportunity Capture", reason="Once more")
	age(1.5)
	days = days_per_stage([project.name])[project.name]
	assert days["Opportunity Capture"] == {"days": 4.5, "visits": 2}
	assert days["Opportunity Assessment"] == {"days": 2, "visits": 1}


@pytest.mark.parametrize("stage", ["Nowhere", "<script>alert(1)</script>"])
def test_an_unknown_stage_is_refused_by_name(world, project, stage):
	from presales_mgmt.exceptions import StageError

	with pytest.raises(StageError, match="has no stage") as refusal:
		world.move(project, stage)
	assert "<script>" not in str(refusal.value)


def test_moving_to_the_same_stage_is_refused(world, project):
	from presales_mgmt.exceptions import StageError

	with pytest.raises(StageError, match="already in stage"):
		world.move(project, "Opportunity Capture")


def test_of_two_who_move_at_once_one_wins_and_the_other_is_told(world, project):
	from presales_mgmt.exceptions import StageConflictError

	world.satisfy(project, "Opportunity Capture")
	world.move(project, "Opportunity Assessment", from_stage="Opportunity Capture")
	with pytest.raises(StageConflictError) as conflict:
		world.move(project, "Opportunity Assessment", person="director", from_stage="Opportunity Capture")
	assert email("manager") in str(conflict.value)
	assert project.stage == "Opportunity Assessment"


@pytest.mark.clause("R1.10", "R9.6")
@pytest.mark.parametrize("person", ["engineer", "planner", "supervisor", "leader"])
def test_only_director_and_manager_move_the_stage(world, frappe, project, person):
	world.satisfy(project, "Opportunity Capture")
	with pytest.raises(frappe.PermissionError):
		world.move(project, "Opportunity Assessment", person=person)


@pytest.mark.parametrize("person", ["other_manager", "other_director", "clerk"])
def test_nobody_outside_the_project_moves_it(world, frappe, project, person):
	world.satisfy(project, "Opportunity Capture")
	with pytest.raises(frappe.PermissionError):
		world.move(project, "Opportunity Assessment", person=person)


def test_a_project_that_is_not_active_stays_where_it_is(world, project):
	from presales_mgmt.exceptions import LifecycleError

	draft = world.make_project()
	with pytest.raises(LifecycleError, match="its status is Draft"):
		world.move(draft, "Opportunity Capture")
	project.reload()
	with world.acting_as("director"):
		project.outcome_reason = "The customer waits for the budget"
		project.save()
	world.apply("director", project, "Put on Hold")
	with pytest.raises(LifecycleError, match="its status is On Hold"):
		world.move(project, "Opportunity Assessment")


def test_a_stage_after_the_win_is_not_entered_before_it(world, project):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError, match="comes after the win"):
		world.move(project, "Project Kickoff", person="director", override_reason="We will win")


# ----------------------------------------------------------------------------------------- override


@pytest.mark.clause("R9.5")
def test_the_director_overrides_with_a_reason_and_it_is_logged(world, frappe, project):
	result = world.move(
		project, "Opportunity Assessment", person="director", override_reason="Visit is arranged for Monday"
	)
	log = frappe.get_doc("Presales Stage Log", result["log"])
	assert (log.is_override, log.reason, log.moved_by) == (
		1,
		"Visit is arranged for Monday",
		email("director"),
	)
	assert [finding["title"] for finding in json.loads(log.gate_findings) if finding["blocks"]] == [
		"Customer has been visited",
		"Research report is archived",
	]


def test_nobody_but_the_director_overrides(world, project):
	from presales_mgmt.exceptions import OverrideError

	with pytest.raises(OverrideError):
		world.move(project, "Opportunity Assessment", person="manager", override_reason="I want to")


def test_a_manager_who_has_the_role_of_a_director_does_not_override_on_anothers_project(world, frappe):
	from presales_mgmt.exceptions import OverrideError

	project = world.make_active_project(manager=email("other_director"))
	with pytest.raises(OverrideError):
		world.move(
			project, "Opportunity Assessment", person="other_director", override_reason="I am a director too"
		)


def test_an_override_reason_of_blanks_is_none(world, project):
	from presales_mgmt.exceptions import GateError

	with pytest.raises(GateError):
		world.move(project, "Opportunity Assessment", person="director", override_reason="   ")


def test_an_override_that_was_not_needed_is_not_logged_as_one(world, frappe, project):
	world.satisfy(project, "Opportunity Capture")
	result = world.move(project, "Opportunity Assessment", person="director", override_reason="To be safe")
	assert not result["is_override"]


# ----------------------------------------------------------------------------------------- one writer


@pytest.mark.parametrize(
	("field", "value"),
	[
		("stage", "Project Kickoff"),
		("stage_entered_on", "2026-01-01 00:00:00"),
		("base_won_amount", 5),
		("won_on", "2026-05-01"),
	],
)
def test_fields_of_the_engine_are_not_written_by_saving(world, frappe, project, field, value):
	from presales_mgmt.exceptions import LifecycleError

	before = project.get(field)
	with world.acting_as("director"):
		project.set(field, value)
		with pytest.raises(LifecycleError):
			project.save()
	assert frappe.db.get_value("Presales Project", project.name, field) == before


def test_the_process_version_is_not_written_by_saving(world, project):
	other = world.make_project(presales_process=make_process(world).name)
	before = project.process_version
	with world.acting_as("director"):
		project.process_version = other.process_version
		project.save()
	assert project.process_version == before


def test_a_new_project_cannot_begin_in_a_later_stage(world):
	from presales_mgmt.exceptions import LifecycleError

	with pytest.raises(LifecycleError):
		world.make_project(stage="Project Kickoff")
	with pytest.raises(LifecycleError):
		world.make_project(status="Active")


def test_the_stage_log_is_read_only(world, frappe, project):
	log = frappe.get_last_doc("Presales Stage Log", {"presales_project": project.name})
	for person in ("director", "leader"):
		with world.acting_as(person):
			log.reason = "Rewritten"
			with pytest.raises(frappe.PermissionError):
				log.save()
			with pytest.raises(frappe.PermissionError):
				frappe.delete_doc("Presales Stage Log", log.name)
			with pytest.raises(frappe.PermissionError):
				world.insert("Presales Stage Log", presales_project=project.name, to_stage="Project Kickoff")


# ----------------------------------------------------------------------------------------- versions


@pytest.mark.clause("R3.1")
def test_running_projects_keep_the_version_they_began_with(world, frappe):
	process = make_process(world, {"kind": "Review", "review_kind": "Solution"})
	running = world.make_active_project(presales_process=process.name)
	draft = world.make_project(presales_process=process.name)
	assert running.process_version == draft.process_version == f"{process.name}-v1"

	process.reload()
	process.requirements = []
	process.save()
	assert process.version == 2
	assert len(findings_of(running)) == 1
	running.reload()
	with world.acting_as("manager"):
		running.goal = "Win"
		running.save()
		draft.goal = "Win"
		draft.save()
	assert running.process_version == f"{process.name}-v1"
	assert draft.process_version == f"{process.name}-v2"


@pytest.mark.parametrize(
	("values", "kind"),
	[
		({"applies_to": "Large Projects"}, "Checklist"),
		({"needed_before": "Contract"}, "Checklist"),
		({"count_rule": "At Most"}, "Record"),
	],
)
def test_whom_a_requirement_asks_and_how_many_belong_to_the_version(world, values, kind):
	requirement = {"kind": kind, "reference_doctype": "Presales Activity" if kind == "Record" else None}
	process = make_process(world, requirement)
	project = world.make_active_project(presales_process=process.name)
	before = only_finding(project).answer
	process.requirements[0].update(values)
	process.save()
	assert process.version == 2
	assert only_finding(project).answer == before
	(frozen,) = frozen_requirements(process)
	assert {fieldname: frozen.get(fieldname) for fieldname in values} == values


def frozen_requirements(process):
	import frappe

	from presales_mgmt.presales_mgmt.doctype.presales_process.presales_process import freeze

	return frappe.get_doc("Presales Process Version", freeze(process)).requirements


def test_a_process_that_nobody_used_is_edited_without_a_new_version(world):
	process = make_process(world, {"kind": "Review", "review_kind": "Solution"})
	process.requirements[0].review_kind = "Bid"
	process.save()
	assert process.version == 1
	world.make_project(presales_process=process.name)
	process.description = "A description is no content"
	process.save()
	assert process.version == 1
	process.stages[0].target_days = 9
	process.save()
	assert process.version == 2


def test_a_frozen_version_cannot_be_changed(world, frappe, project):
	from presales_mgmt.exceptions import ProcessError

	version = frappe.get_doc("Presales Process Version", project.process_version)
	version.requirements = []
	with pytest.raises(ProcessError):
		version.save()
	with world.acting_as("director"), pytest.raises(frappe.PermissionError):
		version.save()


def test_the_process_of_an_active_project_cannot_be_exchanged(world, project):
	from presales_mgmt.exceptions import ProcessError

	process = make_process(world)
	project.presales_process = process.name
	with world.acting_as("director"), pytest.raises(ProcessError):
		project.save()


# ----------------------------------------------------------------------------------------- process


@pytest.mark.parametrize(
	("requirement", "message"),
	[
		({"kind": "Document"}, "Document Type: found nothing"),
		({"kind": "Review"}, "Review Kind: found nothing"),
		({"kind": "Record"}, "Record Type: found nothing"),
		({"kind": "Record", "reference_doctype": "Item"}, "a link to Presales Project"),
		({"kind": "Record", "reference_doctype": "Quotation", "reference_filters": "{}"}, "Record Filters"),
		(
			{"kind": "Record", "reference_doctype": "Quotation", "reference_filters": "nonsense"},
			"Record Filters",
		),
		(
			{
				"kind": "Record",
				"reference_doctype": "Quotation",
				"reference_filters": '[["nofield", "=", 1]]',
			},
			"nofield",
		),
		(
			{
				"kind": "Record",
				"reference_doctype": "Quotation",
				"reference_filters": '[["status", "; drop", 1]]',
			},
			"drop",
		),
		({"kind": "Field", "project_field": "nofield", "operator": "="}, "nofield"),
		({"kind": "Field", "project_field": "goal"}, "Operator: found nothing"),
		({"kind": "Field", "project_field": "goal", "operator": ">"}, "Value: found nothing"),
		({"kind": "Risk"}, "Highest Open Risk: found nothing"),
		({"kind": "Checklist", "stage": "Contract Signing"}, "a stage of this process"),
		({"kind": "Checklist", "count_rule": "At Most"}, "How Many: found At Most"),
	],
)
def test_a_requirement_that_contradicts_itself_is_refused_with_its_row(world, requirement, message):
	from presales_mgmt.exceptions import ProcessError

	with pytest.raises(ProcessError) as refusal:
		make_process(world, {"kind": "Checklist"}, requirement)
	assert message in str(refusal.value)
	assert "row 2" in str(refusal.value)


@pytest.mark.parametrize(
	"stages",
	[
		[("Solution Design", "Won")],
		[("Opportunity Capture", "Open"), ("Project Kickoff", "Won"), ("Solution Design", "Open")],
		[("Opportunity Capture", "Open"), ("Solution Design", "Lost"), ("Project Kickoff", "Won")],
		[("Opportunity Capture", "Open"), ("Solution Design", "Lost"), ("Bid Review", "Lost")],
	],
)
def test_stages_in_an_impossible_order_are_refused(world, stages):
	from presales_mgmt.exceptions import ProcessError

	with pytest.raises(ProcessError):
		world.insert(
			"Presales Process",
			process_name="Impossible",
			stages=[{"stage": stage, "stage_type": stage_type} for stage, stage_type in stages],
		)


def test_a_stage_stands_in_a_process_once(world):
	from presales_mgmt.exceptions import DuplicateEntryError

	with pytest.raises(DuplicateEntryError):
		world.insert(
			"Presales Process",
			process_name="Twice",
			stages=[{"stage": "Solution Design"}, {"stage": "Solution Design"}],
		)


# ----------------------------------------------------------------------------------------- many at once


def test_evaluating_many_projects_takes_as_many_queries_as_one(world, frappe, count_queries):
	from presales_mgmt.gates.evaluation import evaluate

	process = make_process(
		world,
		{"kind": "Document", "document_type": "Research Report"},
		{"kind": "Review", "review_kind": "Solution"},
		{"kind": "Record", "reference_doctype": "Presales Activity"},
		{"kind": "Field", "project_field": "strategy", "operator": "is set"},
		{"kind": "Field", "project_field": "competitors", "operator": "is set"},
		{"kind": "Checklist"},
		{"kind": "Risk", "max_risk_level": "Low"},
	)
	projects = [world.make_project(presales_process=process.name) for _number in range(6)]
	names = [project.name for project in projects]
	frappe.db.set_value(
		"Presales Project", {"name": ["in", names]}, {"status": "Active", "stage": "Opportunity Capture"}
	)
	world.archive(projects[3], "Research Report")
	evaluate(names)  # warms the caches of meta and settings

	with count_queries() as one:
		evaluate(names[:1])
	with count_queries() as many:
		findings = evaluate(names)
	assert one.count == many.count <= 12
	assert [len(findings[name]) for name in names] == [7] * 6
	assert [findings[name][0].satisfied for name in names] == [False, False, False, True, False, False]


def test_the_gates_of_one_project_of_the_shipped_process_take_ten_queries_at_most(
	world, project, count_queries
):
	from presales_mgmt.gates.evaluation import evaluate

	evaluate([project.name])
	with count_queries() as counted:
		evaluate([project.name])
	assert counted.count <= 10


# ---------------------------------------------------------------------------------------- needed before


def make_open_process(world, *requirements):
	"""Its first stage allows quotations and orders; the requirements belong to the second."""
	stages = ("Contract Negotiation", "Contract Signing")
	return world.insert(
		"Presales Process",
		process_name="Needed Before Test Process",
		stages=[
			{"stage": stage, "stage_type": "Open", "allows_quotation": 1, "allows_sales_order": 1}
			for stage in stages
		],
		requirements=[
			{"stage": stages[1], "kind": "Checklist", "title": f"Item {index}", "mandatory": 1, **values}
			for index, values in enumerate(requirements)
		],
	)


def missing_for(world, doc, person="manager") -> list[str]:
	"""Titles of what holds `doc` back."""
	from presales_mgmt.exceptions import GateError

	with world.acting_as(person), pytest.raises(GateError) as refusal:
		doc.submit()
	doc.reload()
	return [finding.requirement.title for finding in refusal.value.findings]


@pytest.mark.clause("R1.7", "R5.11", "R8.6")
def test_what_is_needed_before_a_document_is_asked_in_every_stage(world):
	from presales_mgmt.api import tick_checklist

	process = make_open_process(
		world, {"needed_before": "Quotation"}, {"needed_before": "Sales Order"}, {"needed_before": ""}
	)
	project = world.make_active_project(presales_process=process.name)
	assert project.stage == "Contract Negotiation"
	quotation, order = world.make_quotation(project), world.make_order(project)
	assert missing_for(world, quotation) == ["Item 0"]
	assert missing_for(world, order) == ["Item 0", "Item 1"]
	world.move(project, "Contract Signing")
	assert missing_for(world, order) == ["Item 0", "Item 1"]
	with world.acting_as("manager"):
		tick_checklist(project.name, process.requirements[0].code)
		quotation.submit()
	assert missing_for(world, order) == ["Item 1"]
	with world.acting_as("manager"):
		tick_checklist(project.name, process.requirements[1].code)
		order.submit()


def test_what_is_optional_or_for_other_projects_holds_nothing_back(world):
	process = make_open_process(
		world,
		{"needed_before": "Sales Order", "mandatory": 0},
		{"needed_before": "Sales Order", "applies_to": "Channel Projects"},
	)
	project = world.make_active_project(presales_process=process.name)
	world.submit_order(project)


def test_the_gate_of_a_company_that_warns_says_what_is_needed(world, frappe):
	process = make_open_process(world, {"needed_before": "Sales Order"})
	settings = frappe.get_doc("Presales Settings")
	settings.append("companies", {"company": world.company, "sales_order_gate": "Warn"})
	settings.save()
	frappe.clear_messages()
	world.submit_order(world.make_active_project(presales_process=process.name))
	assert "Item 0" in str(frappe.message_log)


def test_what_is_needed_before_and_what_the_stages_need_are_listed_together_and_once(world):
	process = make_open_process(world, {"needed_before": "Sales Order"}, {})
	process.stages[0].allows_sales_order = process.stages[1].allows_sales_order = 0
	process.append("stages", {"stage": "Project Kickoff", "stage_type": "Open", "allows_sales_order": 1})
	process.save()
	project = world.make_active_project(presales_process=process.name)
	assert missing_for(world, world.make_order(project)) == ["Item 0", "Item 1"]


@pytest.mark.parametrize(
	("doctype", "before", "refused"),
	[
		("Quotation", "Quotation", True),
		("Sales Order", "Contract", True),
		("Contract", "Contract", True),
		("Quotation", "Contract", False),
		("Contract", "Sales Order", False),
		("Presales Activity", "Quotation", False),
	],
)
def test_no_document_waits_for_itself_or_for_one_that_follows_it(world, doctype, before, refused):
	from presales_mgmt.exceptions import ProcessError

	row = {"kind": "Record", "reference_doctype": doctype, "needed_before": before}
	if not refused:
		make_open_process(world, row)
		return
	with pytest.raises(ProcessError):
		make_open_process(world, row)


def test_a_gate_with_what_is_needed_before_takes_few_queries(world, count_queries):
	from presales_mgmt.overrides.common import check_gate

	process = make_open_process(
		world,
		{"kind": "Review", "review_kind": "Contract", "needed_before": "Contract"},
		{"kind": "Review", "review_kind": "Legal", "needed_before": "Contract"},
	)
	project = world.make_active_project(presales_process=process.name)
	for kind in ("Contract", "Legal"):
		world.review(project, kind)
	order = world.make_order(project)
	check_gate(order, "allows_sales_order", "sales_order_gate")
	with count_queries() as queries:
		check_gate(order, "allows_sales_order", "sales_order_gate")
	# The project, its process (2), the reviews, the contracts.
	assert queries.count <= 5


@pytest.mark.clause("R8.6")
@pytest.mark.parametrize("regulation", [f"R{number}" for number in range(1, 10)])
def test_every_shipped_review_of_the_contract_is_needed_before_the_contract(frappe, world, regulation):
	(name,) = frappe.get_all("Presales Process", {"regulation": regulation}, pluck="name")
	reviews = [
		row
		for row in frappe.get_doc("Presales Process", name).requirements
		if row.review_kind in ("Contract", "Legal")
	]
	assert reviews
	assert {row.needed_before for row in reviews} == {"Contract"}
