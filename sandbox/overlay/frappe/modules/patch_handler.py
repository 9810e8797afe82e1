"""The same module as `frappe.patches` under Frappe's own name."""

import importlib
import sys

sys.modules[__name__] = importlib.import_module("frappe.patches")
