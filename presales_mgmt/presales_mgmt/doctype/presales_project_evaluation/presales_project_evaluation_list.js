frappe.listview_settings["Presales Project Evaluation"] = {
	add_fields: ["operation_level"],

	get_indicator(doc) {
		const colours = { Excellent: "green", Good: "blue", Acceptable: "yellow", Poor: "red" };
		return [
			__(doc.operation_level, null, "Presales Project Evaluation"),
			colours[doc.operation_level] || "gray",
			`operation_level,=,${doc.operation_level}`,
		];
	},
};
