frappe.listview_settings["Presales Review Template"] = {
	add_fields: ["enabled", "is_default"],

	formatters: {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		template_name: (value) => __(value || ""),
	},

	get_indicator(doc) {
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		if (doc.is_default) return [__("Default"), "blue", "is_default,=,1"];
		return [__("Enabled"), "green", "enabled,=,1"];
	},
};
