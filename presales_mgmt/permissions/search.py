"""Link search in the DocTypes of a project.

Frappe's own search takes from the caller that User Permissions are to be ignored, and then ignores every
permission but the role's.
"""

import frappe
from frappe.desk.search import validate_and_sanitize_search_inputs


@frappe.whitelist()
@validate_and_sanitize_search_inputs
def search_link(
	doctype: str,
	txt: str,
	searchfield: str | None,
	start: int,
	page_len: int,
	filters: dict | list | str | None = None,
	as_dict: bool = False,
	reference_doctype: str | None = None,
	ignore_user_permissions: bool | int = False,
	**kwargs: str | int | None,
) -> list:
	"""Records of a project DocType that the user sees and whose name, title or search fields hold `txt`.

	`standard_queries` hook; the arguments are Frappe's, and `ignore_user_permissions` is not listened to. Raises `frappe.PermissionError` without the role.
	"""
	meta = frappe.get_meta(doctype)
	fields = list(dict.fromkeys(["name", meta.get_title_field(), *meta.get_search_fields()]))
	return frappe.get_list(
		doctype,
		fields=fields,
		filters=frappe.parse_json(filters) if isinstance(filters, str) else filters,
		or_filters=[[fieldname, "like", f"%{txt}%"] for fieldname in fields] if txt else None,
		order_by="modified desc",
		limit_start=start,
		limit_page_length=page_len,
		as_list=not as_dict,
	)
