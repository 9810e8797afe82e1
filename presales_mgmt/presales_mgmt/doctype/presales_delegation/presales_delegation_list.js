frappe.listview_settings["Presales Delegation"] = {
	hide_name_column: true,
	add_fields: ["enabled", "from_date", "to_date"],

	get_indicator(doc) {
		const today = frappe.datetime.get_today();
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		if (doc.to_date < today) return [__("Ended"), "gray", "to_date,<,Today"];
		if (doc.from_date > today) return [__("To Come"), "blue", "from_date,>,Today"];
		return [__("In Force"), "green", "enabled,=,1|from_date,<=,Today|to_date,>=,Today"];
	},
};
