frappe.listview_settings["Presales Stage Log"] = {
	hide_name_column: true,
	// Lists translate options without their DocType, and so miss what they mean here.
	formatters: {
		move_type: (value) =>
			frappe.utils.escape_html(__(value || "", null, "Presales Stage Log")),
	},
};
