frappe.listview_settings["Presales Classification Criterion"] = {
	formatters: {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		criterion: (value) => __(value || ""),
		project_class: (value) =>
			frappe.utils.escape_html(__(value || "", null, "Presales Classification Criterion")),
	},
};
