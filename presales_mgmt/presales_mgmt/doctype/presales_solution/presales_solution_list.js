frappe.listview_settings["Presales Solution"] = {
	add_fields: ["status", "solution_version"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	get_indicator(doc) {
		const colours = {
			Draft: "orange",
			Current: "green",
			Superseded: "gray",
			Withdrawn: "red",
		};
		return [
			__(doc.status, null, "Presales Solution"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
