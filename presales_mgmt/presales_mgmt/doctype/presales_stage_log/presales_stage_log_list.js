frappe.listview_settings["Presales Stage Log"] = {
	// Lists translate options without their DocType, and so miss what they mean here.
	formatters: {
		move_type: (value) =>
			frappe.utils.escape_html(__(value || "", null, "Presales Stage Log")),
	},
};
