frappe.listview_settings["Presales Rollout Plan"] = {
	add_fields: ["status", "due_date"],

	get_indicator(doc) {
		if (doc.status === "Done") return [__("Done"), "green", "status,=,Done"];
		const today = frappe.datetime.get_today();
		if (doc.due_date && doc.due_date < today) {
			return [__("Overdue"), "red", `status,!=,Done|due_date,<,${today}`];
		}
		return doc.status === "In Progress"
			? [__("In Progress"), "orange", "status,=,In Progress"]
			: [__("Planned"), "blue", "status,=,Planned"];
	},
};
