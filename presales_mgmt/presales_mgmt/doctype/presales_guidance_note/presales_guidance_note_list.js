frappe.listview_settings["Presales Guidance Note"] = {
	add_fields: ["status", "needs_answer", "answer_due"],

	get_indicator(doc) {
		const colours = { Open: "blue", Answered: "yellow", Closed: "green" };
		if (
			doc.status === "Open" &&
			doc.needs_answer &&
			doc.answer_due < frappe.datetime.get_today()
		) {
			return [__("Overdue"), "orange", "status,=,Open|needs_answer,=,1|answer_due,<,Today"];
		}
		return [
			__(doc.status, null, "Presales Guidance Note"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
