frappe.listview_settings["Presales Cost Entry"] = {
	hide_name_column: true,
};
