frappe.listview_settings["Presales Review Template"] = {
	add_fields: ["enabled", "is_default"],

	get_indicator(doc) {
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		if (doc.is_default) return [__("Default"), "blue", "is_default,=,1"];
		return [__("Enabled"), "green", "enabled,=,1"];
	},
};
