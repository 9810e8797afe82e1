frappe.listview_settings["Presales Project"] = {
	add_fields: ["status", "stage", "currency"],

	formatters: {
		// Amounts without their fraction, so that the column holds them.
		expected_amount: (value, _df, doc) =>
			frappe.utils.escape_html(value ? format_currency(value, doc.currency, 0) : ""),
	},

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
		return [
			__(doc.status, null, "Presales Project"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
