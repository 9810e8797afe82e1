"""The processes that the app ships, as they are in its files."""

import json
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "processes"


def shipped_processes() -> Iterator[dict]:
	"""Each shipped process as the fields of a Presales Process, in the order of the file names."""
	for path in sorted(FOLDER.glob("*.json")):
		process = json.loads(path.read_text(encoding="utf-8"))
		for row in process["requirements"]:
			if "reference_filters" in row:
				row["reference_filters"] = json.dumps(row["reference_filters"])
		yield process


def shipped_version_of(process_name: str, regulation: str | None) -> dict | None:
	"""The shipped process that one of this name, or for this regulation, stems from; None if there is none.

	A company's copy has a name of its own, and is known by its regulation.
	"""
	regulation = (regulation or "").strip().upper()
	found = None
	for process in shipped_processes():
		if process["process_name"] == process_name:
			return process
		if regulation and process.get("regulation", "").upper() == regulation:
			found = found or process
	return found
