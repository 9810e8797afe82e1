frappe.query_reports["Presales Gate Status"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "Select",
			options: [
				"",
				...["Active", "On Hold", "Won"].map((status) => ({
					value: status,
					label: __(status, null, "Presales Project"),
				})),
			],
		},
		{
			fieldname: "stage",
			label: __("Stage"),
			fieldtype: "Link",
			options: "Presales Stage",
		},
		{
			fieldname: "manager",
			label: __("Manager"),
			fieldtype: "Link",
			options: "User",
			get_query: () => ({ filters: { enabled: 1, user_type: "System User" } }),
		},
		{
			fieldname: "only_held_back",
			label: __("Only Held Back"),
			fieldtype: "Check",
			default: 1,
		},
	],

	formatter(value, row, column, data, default_formatter) {
		// Frappe puts the value of a Data column into the page as HTML.
		const safe =
			column.fieldtype === "Data" && value ? frappe.utils.escape_html(value) : value;
		const shown = default_formatter(safe, row, column, data);
		if (!data) return shown;
		if (column.fieldname === "overdue_days" && data.overdue_days > 0) {
			return `<span class="text-danger">${shown}</span>`;
		}
		return shown;
	},
};
