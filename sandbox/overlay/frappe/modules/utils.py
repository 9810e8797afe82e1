"""The same module as `frappe.model.module_utils` under Frappe's own name."""

import importlib
import sys

sys.modules[__name__] = importlib.import_module("frappe.model.module_utils")
