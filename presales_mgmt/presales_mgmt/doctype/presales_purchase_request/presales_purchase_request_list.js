frappe.listview_settings["Presales Purchase Request"] = {
	add_fields: ["status"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	get_indicator(doc) {
		const colours = {
			Draft: "gray",
			Requested: "orange",
			Approved: "green",
			Rejected: "red",
			Withdrawn: "darkgrey",
		};
		return [
			__(doc.status, null, "Presales Purchase Request"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
