frappe.listview_settings["Presales Bid"] = {
	add_fields: ["status", "submission_deadline", "bond_status", "bond_due_back"],

	get_indicator(doc) {
		const colours = {
			Preparing: "blue",
			Submitted: "purple",
			Opened: "yellow",
			Won: "green",
			Lost: "red",
			Failed: "gray",
			Withdrawn: "gray",
		};
		const today = frappe.datetime.get_today();
		if (doc.bond_status === "Paid" && doc.bond_due_back && doc.bond_due_back < today) {
			return [__("Bond Overdue"), "orange", "bond_status,=,Paid|bond_due_back,<,Today"];
		}
		const deadline = doc.submission_deadline;
		if (doc.status === "Preparing" && deadline && deadline < frappe.datetime.now_datetime()) {
			return [
				__("Deadline Passed"),
				"orange",
				"status,=,Preparing|submission_deadline,<,Today",
			];
		}
		return [
			__(doc.status, null, "Presales Bid"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
