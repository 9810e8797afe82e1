frappe.listview_settings["Presales Handover"] = {
	add_fields: ["status", "answer_due"],

	get_indicator(doc) {
		const colours = {
			Draft: "gray",
			Offered: "blue",
			"Sent Back": "orange",
			Accepted: "green",
			Withdrawn: "gray",
			Revoked: "red",
		};
		if (
			doc.status === "Offered" &&
			doc.answer_due &&
			doc.answer_due < frappe.datetime.get_today()
		) {
			return [__("Answer Overdue"), "orange", "status,=,Offered|answer_due,<,Today"];
		}
		return [
			__(doc.status, null, "Presales Handover"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
