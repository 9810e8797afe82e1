frappe.listview_settings["Presales Price Approval"] = {
	add_fields: ["status"],

	// A price is asked for from the quotation or order that it is about.
	refresh(listview) {
		listview.page.clear_primary_action();
	},

	get_indicator(doc) {
		const colours = {
			Requested: "orange",
			Approved: "green",
			Rejected: "red",
			Withdrawn: "darkgrey",
		};
		return [
			__(doc.status, null, "Presales Price Approval"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
