frappe.listview_settings["Presales Project"] = {
	add_fields: ["status", "stage", "currency"],
	hide_name_column: false,

	// Used where the company has no active workflow; otherwise the colours are those of its workflow states.
	get_indicator(doc) {
		const colours = {
			Draft: "gray",
			"Initiation Review": "orange",
			Active: "blue",
			"On Hold": "yellow",
			Won: "green",
			Lost: "red",
			Abandoned: "darkgrey",
			Closed: "darkgrey",
		};
		return [__(doc.status), colours[doc.status] || "gray", `status,=,${doc.status}`];
	},
};
