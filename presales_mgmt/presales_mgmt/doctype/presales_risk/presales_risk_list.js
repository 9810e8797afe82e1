frappe.listview_settings["Presales Risk"] = {
	add_fields: ["status", "current_level", "current_score", "due_date"],

	get_indicator(doc) {
		if (doc.status === "Closed") return [__("Closed"), "darkgrey", "status,=,Closed"];
		const colours = { Low: "green", Medium: "yellow", High: "orange", Extreme: "red" };
		return [
			`${__(doc.status, null, "Presales Risk")}, ${__(
				doc.current_level,
				null,
				"Presales Risk"
			)}`,
			colours[doc.current_level] || "gray",
			`status,=,${doc.status}|current_level,=,${doc.current_level}`,
		];
	},
};
