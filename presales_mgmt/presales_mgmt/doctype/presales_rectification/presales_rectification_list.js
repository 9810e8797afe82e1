frappe.listview_settings["Presales Rectification"] = {
	add_fields: ["status", "due_date"],

	// What has to be put right comes from the conclusion of a review.
	refresh(listview) {
		listview.page.clear_primary_action();
	},

	get_indicator(doc) {
		const colours = { Open: "blue", Done: "yellow", Closed: "green", Waived: "gray" };
		if (doc.status === "Open" && doc.due_date && doc.due_date < frappe.datetime.get_today()) {
			return [__("Overdue"), "orange", "status,=,Open|due_date,<,Today"];
		}
		const label =
			doc.status === "Done"
				? __("To Verify")
				: __(doc.status, null, "Presales Rectification");
		return [label, colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
