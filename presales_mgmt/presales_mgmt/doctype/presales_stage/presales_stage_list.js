frappe.listview_settings["Presales Stage"] = {
	formatters: {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		stage_name: (value) => __(value || ""),
	},
};
