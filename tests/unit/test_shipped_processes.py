"""The shipped processes as files: each stage says what it is for, who answers for it, and what holds it back."""

import json
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "presales_mgmt" / "setup"
PROCESSES = [
	json.loads(path.read_text(encoding="utf-8")) for path in sorted((SETUP / "processes").glob("*.json"))
]
NAMES = [process["process_name"] for process in PROCESSES]

every_process = pytest.mark.parametrize("process", PROCESSES, ids=NAMES)


@pytest.mark.clause("R4.1", "R8.2")
@every_process
def test_every_stage_says_what_it_is_for_and_who_answers_for_it(process):
	for stage in process["stages"]:
		for fieldname in ("purpose", "inputs", "activities", "outputs", "responsible_role"):
			assert stage.get(fieldname), (stage["stage"], fieldname)
		assert stage["target_days"] > 0, stage["stage"]


@pytest.mark.clause("R4.3")
@every_process
def test_every_stage_has_something_that_can_hold_it_back(process):
	held = {row["stage"] for row in process["requirements"] if row["mandatory"]}
	assert held == {stage["stage"] for stage in process["stages"]}
	assert all(row["responsible_role"] and row["clause"] for row in process["requirements"])


@every_process
def test_codes_are_those_of_their_stage_and_never_twice(process):
	codes = [row["code"] for row in process["requirements"]]
	assert len(codes) == len(set(codes))
	for row in process["requirements"]:
		stem = row["stage"].lower().replace(" ", "-")
		assert row["code"].startswith(f"{stem}-"), row["code"]


@every_process
def test_a_deal_can_be_offered_won_and_closed(process):
	"""Offers come before or with orders, orders before the stages of a won deal, and probabilities only rise."""
	stages = process["stages"]
	types = [stage["stage_type"] for stage in stages]
	won = types.index("Won")
	offers = next(index for index, stage in enumerate(stages) if stage.get("allows_quotation"))
	orders = next(index for index, stage in enumerate(stages) if stage.get("allows_sales_order"))
	assert types == ["Open"] * won + ["Won"] * (len(types) - won)
	assert offers <= orders < won
	chances = [stage["probability"] for stage in stages]
	assert chances == sorted(chances)
	assert all((chance == 100) == (kind == "Won") for chance, kind in zip(chances, types, strict=True))


@every_process
def test_what_is_to_be_archived_is_a_shipped_document_type(process):
	types = {
		row["document_type"]
		for row in json.loads((SETUP / "document_types.json").read_text(encoding="utf-8"))
	}
	named = {row["document_type"] for row in process["requirements"] if row["kind"] == "Document"}
	assert named <= types


@pytest.mark.clause("R9.11")
@every_process
def test_guidance_that_asks_for_no_answer_is_not_waited_for(process):
	for row in process["requirements"]:
		if row.get("reference_doctype") == "Presales Guidance Note" and "answer" in row["title"]:
			assert ["needs_answer", "=", 1] in row["reference_filters"], row["code"]


def test_no_name_and_no_regulation_is_there_twice():
	assert len(NAMES) == len(set(NAMES))
	regulations = [process["regulation"] for process in PROCESSES]
	assert len(regulations) == len(set(regulations))
