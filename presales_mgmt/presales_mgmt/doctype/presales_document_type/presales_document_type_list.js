frappe.listview_settings["Presales Document Type"] = {
	hide_name_column: true,
	formatters: {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		document_type: (value) => __(value || ""),
	},
};
