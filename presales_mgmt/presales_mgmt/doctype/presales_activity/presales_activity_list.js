frappe.listview_settings["Presales Activity"] = {
	add_fields: ["status", "starts_on"],

	// Lists translate options without their DocType, and so miss what they mean here.
	formatters: {
		activity_type: (value) =>
			frappe.utils.escape_html(__(value || "", null, "Presales Activity")),
	},

	get_indicator(doc) {
		if (doc.status === "Planned" && doc.starts_on < frappe.datetime.now_datetime()) {
			return [__("Past Due"), "orange", "status,=,Planned"];
		}
		const colours = { Planned: "blue", Completed: "green", Cancelled: "darkgrey" };
		return [
			__(doc.status, null, "Presales Activity"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
