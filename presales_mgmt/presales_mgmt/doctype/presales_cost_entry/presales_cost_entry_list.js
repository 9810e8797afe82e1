frappe.listview_settings["Presales Cost Entry"] = {
	hide_name_column: true,
	add_fields: ["kind"],

	get_indicator(doc) {
		const colours = { Labour: "blue", Purchase: "orange", Expense: "purple", Journal: "gray" };
		return [
			__(doc.kind, null, "Presales Cost Entry"),
			colours[doc.kind] || "gray",
			`kind,=,${doc.kind}`,
		];
	},
};
