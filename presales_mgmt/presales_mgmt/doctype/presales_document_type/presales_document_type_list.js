frappe.listview_settings["Presales Document Type"] = {
	formatters: {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		document_type: (value) => __(value || ""),
	},
};
