frappe.listview_settings["Presales Review"] = {
	add_fields: ["status", "due_date"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	// Lists translate options without their DocType, and so miss what they mean here.
	formatters: {
		review_kind: (value) => frappe.utils.escape_html(__(value || "", null, "Presales Review")),
	},

	get_indicator(doc) {
		const colours = {
			Draft: "gray",
			"In Review": "blue",
			Approved: "green",
			"Approved with Conditions": "yellow",
			"Sent Back": "orange",
			Rejected: "red",
			Cancelled: "darkgrey",
		};
		if (
			doc.status === "In Review" &&
			doc.due_date &&
			doc.due_date < frappe.datetime.get_today()
		) {
			return [__("Overdue"), "orange", "status,=,In Review|due_date,<,Today"];
		}
		return [
			__(doc.status, null, "Presales Review"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
