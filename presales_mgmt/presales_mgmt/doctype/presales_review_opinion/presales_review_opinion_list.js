frappe.listview_settings["Presales Review Opinion"] = {
	add_fields: ["decision", "reviewer"],
	has_indicator_for_draft: true,

	// Opinions wait for their reviewers, and for whoever acts for them.
	onload(listview) {
		frappe.xcall("presales_mgmt.api.get_persons_acted_for").then((persons) => {
			if (persons.length === 1) return;
			listview.settings.persons = persons;
			listview.refresh();
		});
	},

	// Opinions are made by the review that asks for them.
	refresh(listview) {
		listview.page.clear_primary_action();
	},

	get_indicator(doc) {
		if (doc.docstatus === 0) {
			return (this.persons || [frappe.session.user]).includes(doc.reviewer)
				? [__("Waits for You"), "orange", "docstatus,=,0"]
				: [__("Open"), "gray", "docstatus,=,0"];
		}
		if (!doc.decision) {
			return [__("Conflict of Interest"), "gray", "decision,is,not set"];
		}
		const colours = {
			Approve: "green",
			"Approve with Conditions": "yellow",
			"Send Back": "orange",
			Reject: "red",
		};
		return [
			__(doc.decision, null, "Presales Review Opinion"),
			colours[doc.decision] || "gray",
			`decision,=,${doc.decision}`,
		];
	},
};
