"""What the ERPNext stand-in promises, read from its files, and how that compares with a real ERPNext.

Plain functions without a site: DocTypes are dicts as in their JSON files, functions are parsed, not imported.
Every comparison returns a list of readable differences, empty if the promise holds.
"""

import ast
import json
from dataclasses import dataclass
from pathlib import Path

STANDIN = Path(__file__).resolve().parents[2] / "sandbox" / "erpnext" / "erpnext"

FLAGS = ("module", "issingle", "istable", "is_submittable", "is_tree", "nsm_parent_field", "autoname")
LAYOUT = ("Section Break", "Column Break", "Tab Break")
RIGHTS = (
	"read",
	"write",
	"create",
	"delete",
	"submit",
	"cancel",
	"amend",
	"report",
	"export",
	"import",
	"share",
	"email",
	"print",
)

# Fields that v15 and v16 have both, but not alike; the stand-in has what both understand.
# "options": it has fewer choices; "reqd": mandatory in one version only; else another type that is met.
VERSION_DIFFERENCES = {
	("Contract", "status"): {"options"},
	("Journal Entry", "voucher_type"): {"options"},
	("Material Request", "material_request_type"): {"options"},
	("Sales Order", "status"): {"options"},
	("Timesheet", "status"): {"options"},
	("Task", "exp_start_date"): {"Datetime"},
	("Task", "exp_end_date"): {"Datetime"},
	("Sales Invoice", "customer"): {"reqd"},
	("Sales Invoice", "base_rounded_total"): {"options"},
}

# Called by Frappe itself: having one is no promise to an app.
LIFECYCLE = {
	"autoname",
	"validate",
	"onload",
	*(
		f"{when}_{event}"
		for when in ("before", "after", "on")
		for event in (
			"insert",
			"validate",
			"save",
			"submit",
			"cancel",
			"update",
			"update_after_submit",
			"trash",
			"delete",
			"rename",
		)
	),
}
# No counterpart in ERPNext: the sandbox's own.
OWN = ("hooks.py", "setup_sandbox.py", "tests")


@dataclass(frozen=True)
class Function:
	"""A public function of a module, or method of one of its classes."""

	module: str
	qualname: str
	parameters: tuple[str, ...]
	required: int
	whitelisted: bool

	def __str__(self):
		return f"{self.module}.{self.qualname}"


def read_doctypes(root=STANDIN):
	"""Return the DocTypes below a folder by name."""
	doctypes = (json.loads(path.read_text()) for path in sorted(Path(root).glob("*/doctype/*/*.json")))
	return {doc["name"]: doc for doc in doctypes if doc.get("doctype") == "DocType"}


def get_fields(doctype):
	"""Return the fields of a DocType by name, without those that only lay out the form."""
	return {f["fieldname"]: f for f in doctype["fields"] if f["fieldtype"] not in LAYOUT}


def compare_flags(standin, real):
	"""Same module, kind of DocType and naming; how rows of child tables are named is no promise."""
	return [
		f"{flag} is {real.get(flag)!r}, the stand-in has {standin.get(flag)!r}"
		for flag in FLAGS
		if (standin.get(flag) or None) != (real.get(flag) or None)
		and not (flag == "autoname" and standin.get("istable"))
	]


def compare_fields(standin, real):
	"""Every field of the stand-in is there, with type, options and whether it is mandatory."""
	differences = []
	real_fields = {f["fieldname"]: f for f in real["fields"]}
	for field in standin["fields"]:
		name = field["fieldname"]
		found = real_fields.get(name)
		if not found:
			differences.append(f"{name} is missing")
			continue
		known = VERSION_DIFFERENCES.get((standin["name"], name), set())
		if found["fieldtype"] != field["fieldtype"] and found["fieldtype"] not in known:
			differences.append(f"{name} is {found['fieldtype']}, the stand-in has {field['fieldtype']}")
		if field["fieldtype"] in LAYOUT:
			continue
		left_out = "options" in known and not field.get("options")
		if not left_out and not _same_options(field, found, fewer="options" in known):
			differences.append(
				f"{name} has options {found.get('options')!r}, the stand-in has {field.get('options')!r}"
			)
		if field.get("reqd") and not found.get("reqd"):
			differences.append(f"{name} is mandatory in the stand-in only")
	return differences


def _same_options(field, found, fewer):
	mine, theirs = ((f.get("options") or "").split("\n") for f in (field, found))
	if fewer:
		return set(mine) <= set(theirs)
	return mine == theirs


def find_missing_mandatory(standin, real):
	"""Every field that is mandatory and has no default is mandatory in the stand-in, too."""
	fields = get_fields(standin)
	return [
		f"{name} is mandatory, but not in the stand-in"
		for name, field in get_fields(real).items()
		if field.get("reqd")
		and not field.get("default")
		and not fields.get(name, {}).get("reqd")
		and "reqd" not in VERSION_DIFFERENCES.get((standin["name"], name), set())
	]


def compare_permissions(standin, real):
	"""No role may do in the stand-in what it may not do in ERPNext."""
	differences = []
	for permission in standin.get("permissions", ()):
		key = _permission_key(permission)
		found = [p for p in real.get("permissions", ()) if _permission_key(p) == key]
		for right in RIGHTS:
			if permission.get(right) and not any(p.get(right) for p in found):
				differences.append(f"{key[0]} (level {key[1]}) may not {right}")
	return differences


def _permission_key(permission):
	return permission["role"], int(permission.get("permlevel") or 0), int(permission.get("if_owner") or 0)


def read_functions(root=STANDIN):
	"""Return the public functions and methods of the Python files below a folder."""
	root = Path(root)
	functions = []
	for path in sorted(root.rglob("*.py")):
		parts = path.relative_to(root).with_suffix("").parts
		if parts[0] in OWN or f"{parts[0]}.py" in OWN:
			continue
		module = ".".join((root.name, *parts)).removesuffix(".__init__")
		functions += parse_functions(path.read_text(), module)
	return functions


def parse_functions(source, module):
	"""Return the public functions and methods of one source text."""
	functions = []
	for node in ast.parse(source).body:
		if isinstance(node, ast.FunctionDef):
			functions.append(_get_function(node, module, node.name, skip=0))
		elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
			functions += [
				_get_function(child, module, f"{node.name}.{child.name}", skip=1)
				for child in node.body
				if isinstance(child, ast.FunctionDef) and child.name not in LIFECYCLE
			]
	return [f for f in functions if not f.qualname.rsplit(".", 1)[-1].startswith("_")]


def _get_function(node, module, qualname, skip):
	names = [argument.arg for argument in node.args.args][skip:]
	return Function(
		module=module,
		qualname=qualname,
		parameters=tuple(names),
		required=len(names) - len(node.args.defaults),
		whitelisted=any(ast.unparse(d).startswith("frappe.whitelist") for d in node.decorator_list),
	)


def read_classes(root=STANDIN):
	"""Return module and name of the public classes of the Python files below a folder."""
	root = Path(root)
	classes = []
	for path in sorted(root.rglob("*.py")):
		parts = path.relative_to(root).with_suffix("").parts
		if parts[0] not in OWN and f"{parts[0]}.py" not in OWN:
			module = ".".join((root.name, *parts)).removesuffix(".__init__")
			classes += [
				(module, node.name)
				for node in ast.parse(path.read_text()).body
				if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
			]
	return classes


def compare_signature(function, signature, skip=0):
	"""Every call that the stand-in takes is taken: same names and order, nothing more required.

	`signature` is the real one's `inspect.Signature`; the first `skip` parameters (self) don't count.
	"""
	real = list(signature.parameters.values())[skip:]
	if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in real):
		return []
	names = [p.name for p in real]
	differences = []
	if tuple(names[: len(function.parameters)]) != function.parameters:
		differences.append(f"takes {names}, the stand-in takes {list(function.parameters)}")
	required = [p.name for p in real if p.default is p.empty and p.kind is not p.KEYWORD_ONLY]
	if len(required) > function.required:
		differences.append(f"requires {required}, the stand-in only the first {function.required}")
	return differences
