frappe.listview_settings["Presales Document"] = {
	add_fields: ["status"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	get_indicator(doc) {
		const colours = {
			Draft: "orange",
			Archived: "green",
			Superseded: "gray",
			Withdrawn: "red",
		};
		const label =
			doc.status === "Draft" ? __("To Archive") : __(doc.status, null, "Presales Document");
		return [label, colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
