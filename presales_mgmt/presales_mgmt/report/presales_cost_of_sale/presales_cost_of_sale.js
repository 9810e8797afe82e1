frappe.query_reports["Presales Cost of Sale"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
		},
		{ fieldname: "from_date", label: __("From Date"), fieldtype: "Date" },
		{ fieldname: "to_date", label: __("To Date"), fieldtype: "Date" },
		{
			fieldname: "stage",
			label: __("Stage"),
			fieldtype: "Link",
			options: "Presales Stage",
		},
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: [
				"",
				...["Labour", "Purchase", "Expense", "Journal"].map((kind) => ({
					value: kind,
					label: __(kind, null, "Presales Cost Entry"),
				})),
			],
		},
		{
			fieldname: "project",
			label: __("Project"),
			fieldtype: "Link",
			options: "Presales Project",
		},
	],

	formatter(value, row, column, data, default_formatter) {
		// Frappe puts the value of a Data column into the page as HTML.
		const safe =
			column.fieldtype === "Data" && value ? frappe.utils.escape_html(value) : value;
		const shown = default_formatter(safe, row, column, data);
		if (data && column.fieldname === "spent_percent" && data.spent_percent > 100) {
			return `<span class="text-danger">${shown}</span>`;
		}
		return shown;
	},
};
