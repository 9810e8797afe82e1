frappe.listview_settings["Presales Process"] = {
	add_fields: ["enabled", "next_review_date"],

	formatters: {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		process_name: (value) => __(value || ""),
	},

	get_indicator(doc) {
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		const today = frappe.datetime.get_today();
		if (doc.next_review_date && doc.next_review_date < today) {
			return [__("Review Overdue"), "red", `next_review_date,<,${today}`];
		}
		return [__("Enabled"), "green", "enabled,=,1"];
	},
};
