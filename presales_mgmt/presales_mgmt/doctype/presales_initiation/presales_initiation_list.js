frappe.listview_settings["Presales Initiation"] = {
	add_fields: ["result", "project_class", "is_large_project"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	// Lists translate options without their DocType, and so miss what they mean here.
	formatters: {
		project_class: (value) =>
			frappe.utils.escape_html(__(value || "", null, "Presales Initiation")),
	},

	get_indicator(doc) {
		if (doc.docstatus === 0) return [__("Draft"), "gray", "docstatus,=,0"];
		if (!doc.result) {
			return [__("In Evaluation"), "blue", "docstatus,=,1|result,is,not set"];
		}
		const colours = {
			Approved: "green",
			"Approved with Conditions": "yellow",
			"Sent Back": "orange",
			Rejected: "red",
			Withdrawn: "darkgrey",
		};
		return [
			__(doc.result, null, "Presales Initiation"),
			colours[doc.result] || "gray",
			`result,=,${doc.result}`,
		];
	},
};
