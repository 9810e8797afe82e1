frappe.listview_settings["Presales Negotiation Round"] = {
	add_fields: ["outcome"],

	get_indicator(doc) {
		const colours = { "To Be Continued": "blue", Agreed: "green", "Broken Off": "red" };
		return [
			__(doc.outcome, null, "Presales Negotiation Round"),
			colours[doc.outcome] || "gray",
			`outcome,=,${doc.outcome}`,
		];
	},
};
