frappe.listview_settings["Presales Requirement"] = {
	add_fields: ["status", "due_date", "development_status", "presales_project"],

	onload(listview) {
		listview.page.add_actions_menu_item(__("Confirm"), () => confirm_all(listview), false);
	},

	get_indicator(doc) {
		const colours = {
			Captured: "orange",
			Analysed: "blue",
			Confirmed: "green",
			Rejected: "red",
			Withdrawn: "darkgrey",
		};
		if (doc.development_status === "Requested") {
			return [__("With R&D"), "purple", "development_status,=,Requested"];
		}
		return [
			__(doc.status, null, "Presales Requirement"),
			colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};

/** One document of the customer usually confirms many requirements. */
function confirm_all(listview) {
	const rows = listview.get_checked_items();
	const projects = [...new Set(rows.map((row) => row.presales_project))];
	if (projects.length !== 1) {
		frappe.msgprint(__("Choose requirements of one project."));
		return;
	}
	frappe.prompt(
		[
			{
				fieldname: "customer_person",
				fieldtype: "Data",
				label: __("Confirmed By (Customer)"),
				reqd: 1,
			},
			{
				fieldname: "confirmed_on",
				fieldtype: "Date",
				label: __("Confirmed On"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{
				fieldname: "document",
				fieldtype: "Link",
				label: __("Confirmation Document"),
				options: "Presales Document",
				reqd: 1,
				get_query: () => ({
					filters: {
						presales_project: projects[0],
						docstatus: 1,
						status: "Archived",
					},
				}),
			},
		],
		(values) =>
			frappe
				.xcall("presales_mgmt.api.confirm_requirements", {
					names: rows.map((row) => row.name),
					...values,
				})
				.then(() => {
					listview.clear_checked_items();
					listview.refresh();
				}),
		__("Confirm"),
		__("Confirm")
	);
}
