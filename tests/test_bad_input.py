"""Bad input gets a named error that says row, field, found and expected, and nothing is half-written."""

import pytest

from tests.world import email


@pytest.mark.parametrize(
	("values", "error", "message"),
	[
		({"expected_amount": "a lot"}, "WrongTypeError", "Expected Amount: found a lot, expected a number"),
		({"expected_amount": -5}, "OutOfRangeError", "Expected Amount: found -5, expected 0 or more"),
		({"expected_amount": 10**15}, "OutOfRangeError", "Expected Amount"),
		({"expected_amount": "nan"}, "WrongTypeError", "expected a number"),
		(
			{"probability": 101},
			"OutOfRangeError",
			"Probability: found 101, expected a percentage between 0 and 100",
		),
		({"probability": -1}, "OutOfRangeError", "Probability"),
		({"currency": "USD", "conversion_rate": 0}, "OutOfRangeError", "Exchange Rate"),
		({"currency": "USD", "conversion_rate": -7}, "OutOfRangeError", "Exchange Rate"),
		(
			{"expected_close_date": "soon"},
			"WrongTypeError",
			"Expected Close Date: found soon, expected a date",
		),
		({"expected_close_date": "2026-13-45"}, "WrongTypeError", "2026-13-45"),
		({"expected_close_date": "2026-01-01"}, "DateOrderError", "not before Start Date"),
		({"project_title": "<script>alert(1)</script>"}, "MarkupError", "plain text without HTML"),
		({"goal": "Win <img src=x onerror=alert(1)>"}, "MarkupError", "Goal"),
		(
			{
				"milestones": [
					{"milestone": "Tender", "due_date": "2026-04-01"},
					{"milestone": "Bid", "due_date": "2026-02-01"},
				]
			},
			"DateOrderError",
			"Milestones, row 2, Due Date",
		),
		(
			{"competitors": [{"competitor": "Presales Test Competitor", "estimated_price": "cheap"}]},
			"WrongTypeError",
			"Competitors, row 1, Estimated Price: found cheap",
		),
		(
			{"stakeholders": [{"stakeholder_name": "<b>Zhang</b>"}]},
			"MarkupError",
			"Stakeholders, row 1, Name",
		),
	],
)
def test_a_project_with_bad_values_is_refused(world, frappe, values, error, message):
	from presales_mgmt import exceptions

	before = frappe.db.count("Presales Project")
	with pytest.raises(getattr(exceptions, error)) as refusal:
		world.make_project(**values)
	assert message in str(refusal.value)
	assert "<script>" not in str(refusal.value)
	assert frappe.db.count("Presales Project") == before


@pytest.mark.parametrize(
	"values",
	[
		{"company": "No Such Company"},
		{"presales_process": "No Such Process"},
		{"manager": "nobody@nowhere.example.com"},
		{"party": "No Such Customer"},
		{"opportunity": "CRM-OPP-0000-00000"},
		{"competitors": [{"competitor": "No Such Competitor"}]},
		{"team": [{"user": "nobody@nowhere.example.com", "project_role": "Engineer"}]},
	],
)
def test_unknown_names_are_refused(world, frappe, values):
	with pytest.raises(frappe.LinkValidationError) as refusal:
		world.make_project(**values)
	assert (
		"No Such" in str(refusal.value) or "nobody" in str(refusal.value) or "CRM-OPP" in str(refusal.value)
	)


@pytest.mark.parametrize(
	("fieldname", "message"),
	[("project_title", "project_title"), ("presales_process", "Process: found nothing")],
)
def test_a_missing_value_is_named(world, frappe, fieldname, message):
	frappe.get_doc("Presales Settings").update({"default_process": None}).save()
	with pytest.raises(frappe.MandatoryError) as refusal:
		world.make_project(**{fieldname: None})
	assert message in str(refusal.value)


@pytest.mark.parametrize(
	"doctype",
	[
		"Presales Risk",
		"Presales Activity",
		"Presales Document",
		"Presales Review",
		"Presales Project Evaluation",
	],
)
def test_a_record_without_a_project_is_refused(world, frappe, doctype):
	person = "leader" if doctype.endswith("Evaluation") else "manager"
	with (
		world.acting_as(person),
		pytest.raises(frappe.MandatoryError, match="Presales Project: found nothing"),
	):
		world.insert(doctype)


def test_a_process_of_another_company_is_refused(world, frappe):
	from presales_mgmt.exceptions import CompanyMismatchError

	world.insert(
		"Presales Process",
		process_name="Theirs",
		only_for_company=world.other_company,
		stages=[{"stage": "Solution Design"}],
	)
	with pytest.raises(CompanyMismatchError, match=world.other_company):
		world.make_project(presales_process="Theirs")


def test_a_disabled_process_is_refused(world):
	from presales_mgmt.exceptions import ProcessError

	world.insert("Presales Process", process_name="Retired", enabled=0, stages=[{"stage": "Solution Design"}])
	with pytest.raises(ProcessError, match="enabled"):
		world.make_project(presales_process="Retired")


@pytest.fixture
def project(world):
	return world.make_active_project()


@pytest.mark.parametrize(
	("values", "error", "message"),
	[
		(
			{"probability": 6},
			"OutOfRangeError",
			"Probability (1-5): found 6, expected a number between 1 and 5",
		),
		({"impact": 0}, "OutOfRangeError", "Impact (1-5)"),
		({"impact": 2.5}, "WrongTypeError", "a whole number"),
		({"impact": "high"}, "WrongTypeError", "found high"),
		({"residual_probability": 2}, "OutOfRangeError", "Residual Impact"),
		(
			{"residual_probability": 5, "residual_impact": 5},
			"OutOfRangeError",
			"not above the inherent score 6",
		),
		({"risk_title": "<i>x</i>"}, "MarkupError", "Risk"),
	],
)
def test_a_risk_with_bad_values_is_refused(world, project, values, error, message):
	from presales_mgmt import exceptions

	with world.acting_as("manager"), pytest.raises(getattr(exceptions, error)) as refusal:
		world.insert(
			"Presales Risk",
			**{
				"presales_project": project.name,
				"risk_title": "Sensors fail",
				"probability": 2,
				"impact": 3,
				"risk_owner": email("engineer"),
				**values,
			},
		)
	assert message in str(refusal.value)


@pytest.mark.parametrize(
	("values", "error", "message"),
	[
		({"ends_on": "2026-03-05 09:00:00"}, "DateOrderError", "Ends On"),
		({"starts_on": "yesterday"}, "WrongTypeError", "Starts On: found yesterday"),
		(
			{"received_on": "2026-03-05 10:00:00", "responded_on": "2026-03-05 09:00:00"},
			"DateOrderError",
			"Responded On",
		),
	],
)
def test_an_activity_with_bad_times_is_refused(world, project, values, error, message):
	from presales_mgmt import exceptions

	with pytest.raises(getattr(exceptions, error)) as refusal:
		world.record_activity(project, "Question", **values)
	assert message in str(refusal.value)


@pytest.mark.clause("R2.3")
def test_the_response_time_is_measured(world, project):
	activity = world.record_activity(
		project, "Complaint", received_on="2026-03-05 10:00:00", responded_on="2026-03-06 11:30:00"
	)
	assert activity.response_hours == 25.5


@pytest.mark.clause("R2.3")
def test_what_is_answered_at_once_does_not_wait_for_an_answer(world, project):
	now = "2026-03-05 10:00:00"
	activity = world.record_activity(project, "Question", received_on=now, responded_on=now)
	assert activity.response_hours == 0.01


@pytest.mark.parametrize(
	("values", "error", "message"),
	[
		({"attendees": [{"organisation": "City"}]}, "PresalesError", "Attendees, row 1, Name"),
		({"attendees": []}, "PresalesError", "Attendees"),
		({"minutes": None}, "PresalesError", "Minutes"),
		({"ends_on": "2026-03-20 13:00:00"}, "DateOrderError", "Ends On"),
		(
			{"actions": [{"action": "Survey", "responsible": "engineer", "due_date": "2026-03-01"}]},
			"DateOrderError",
			"Actions, row 1, Due Date",
		),
	],
)
def test_a_meeting_with_bad_values_is_refused(world, project, values, error, message):
	from presales_mgmt import exceptions

	for row in values.get("actions", []):
		row["responsible"] = (
			email(row["responsible"]) if "@" not in row["responsible"] else row["responsible"]
		)
	with pytest.raises(getattr(exceptions, error)) as refusal:
		world.hold_meeting(project, "Periodic", **values)
	assert message in str(refusal.value)


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"low_risk_max": 9, "medium_risk_max": 4}, "must rise"),
		({"high_risk_max": 25}, "must rise"),
		({"excellent_from": 50}, "must fall"),
	],
)
def test_bounds_of_levels_that_contradict_each_other_are_refused(world, frappe, values, message):
	from presales_mgmt.exceptions import OutOfRangeError

	settings = frappe.get_doc("Presales Settings")
	settings.update(values)
	with pytest.raises(OutOfRangeError, match=message):
		settings.save()


def test_a_company_has_one_row_of_settings(world, frappe):
	from presales_mgmt.exceptions import DuplicateEntryError

	settings = frappe.get_doc("Presales Settings")
	for _number in range(2):
		settings.append(
			"companies", {"company": world.company, "quotation_gate": "Stop", "sales_order_gate": "Stop"}
		)
	with pytest.raises(DuplicateEntryError, match="row 2"):
		settings.save()


@pytest.mark.parametrize(
	"arguments",
	[{"project": 5, "stage": "x"}, {"project": None, "stage": "x"}, {"project": "x", "stage": ["x"]}],
)
def test_arguments_of_a_wrong_type_are_refused(world, frappe, arguments):
	from presales_mgmt.api import move_to_stage

	with world.acting_as("manager"), pytest.raises((frappe.FrappeTypeError, frappe.DoesNotExistError)):
		move_to_stage(**arguments)


def test_a_project_that_does_not_exist_is_named(world, frappe):
	from presales_mgmt.api import get_gate_status, move_to_stage

	with world.acting_as("manager"):
		with pytest.raises(frappe.DoesNotExistError, match="PSP-0000"):
			move_to_stage("PSP-0000", "Solution Design")
		with pytest.raises((frappe.DoesNotExistError, frappe.PermissionError)):
			get_gate_status("PSP-0000")


def test_a_process_without_stages_is_refused(world, frappe):
	with pytest.raises(frappe.MandatoryError, match="Stages"):
		world.insert("Presales Process", process_name="Empty")


@pytest.mark.parametrize(
	("doctype", "values"),
	[
		("Presales Activity", {"activity_type": "Visit", "status": "Completed"}),
		("Presales Analysis Meeting", {"meeting_type": "Periodic", "minutes": "Agreed"}),
	],
)
def test_a_completed_activity_and_a_held_meeting_need_a_time(world, frappe, doctype, values):
	project = world.make_project()
	with world.acting_as("manager") as user:
		document = world.insert(
			doctype,
			presales_project=project.name,
			subject="Site visit",
			responsible=user,
			chair=user,
			attendees=[{"user": user, "attended": 1}],
			starts_on="2026-03-04 09:00:00",
			**values,
		)
		document.starts_on = ""
		write = document.submit if document.meta.is_submittable else document.save
		with pytest.raises(frappe.MandatoryError):
			write()


def test_an_application_does_not_lose_its_project(world, frappe):
	project = world.make_project()
	world.apply_for_initiation(project)
	application = frappe.get_last_doc("Presales Initiation", {"presales_project": project.name})
	application.presales_project = ""
	with world.acting_as("leader"), pytest.raises(frappe.MandatoryError, match="Project"):
		application.save()


@pytest.mark.parametrize("file", [["/private/files/x.pdf"], {"file_url": "/private/files/x.pdf"}, True, 5])
def test_a_file_is_an_address(world, frappe, file):
	from presales_mgmt.exceptions import PresalesError

	project = world.make_project()
	with world.acting_as("manager"), pytest.raises(PresalesError, match="a private file"):
		world.insert(
			"Presales Document",
			presales_project=project.name,
			document_type="Solution",
			title="Solution",
			file=file,
		)


@pytest.mark.parametrize("title", [5, True])
def test_a_title_of_a_report_that_is_no_text_is_refused(world, frappe, title):
	from presales_mgmt.exceptions import PresalesError

	project = world.make_project()
	document = frappe.new_doc("Presales Document")
	document.update({"presales_project": project.name, "title": title})
	document._doc_before_save = frappe.get_doc(
		doctype="Presales Document", title="Report", reference_doctype="Presales Project Evaluation"
	)
	document.update({"reference_doctype": "Presales Project Evaluation"})
	with pytest.raises(PresalesError, match=f"Title: found {title}"):
		document.validate_report()


@pytest.mark.parametrize("reasons", ["text", "null", "5", '[["x"]]', '{"a": 1}'])
def test_reasons_are_a_list_of_texts(world, frappe, reasons):
	from presales_mgmt.api import send_back_handover
	from presales_mgmt.exceptions import WrongTypeError

	with world.acting_as("manager"), pytest.raises(WrongTypeError, match="a list of texts"):
		send_back_handover("PSH-0000", reasons)


@pytest.mark.parametrize(
	("report", "fieldnames"),
	[
		(
			"presales_cost_of_sale",
			("company", "stage", "kind", "project", "from_date", "to_date"),
		),
		("presales_gate_status", ("status", "stage", "company", "manager")),
	],
)
def test_filters_of_reports_are_text(world, frappe, report, fieldnames):
	from presales_mgmt.exceptions import WrongTypeError

	execute = frappe.get_attr(f"presales_mgmt.presales_mgmt.report.{report}.{report}.execute")
	with world.acting_as("leader"):
		for fieldname in fieldnames:
			for value in (["a", "b"], ["in", ["a"]], {"x": 1}, 5, True):
				with pytest.raises(WrongTypeError, match=f"{fieldname}: found"):
					execute({fieldname: value})
