"""The same module as `frappe.model.import_doc` under Frappe's own name."""

import importlib
import sys

sys.modules[__name__] = importlib.import_module("frappe.model.import_doc")
