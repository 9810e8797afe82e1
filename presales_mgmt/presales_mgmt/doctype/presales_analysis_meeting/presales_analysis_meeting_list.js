frappe.listview_settings["Presales Analysis Meeting"] = {
	add_fields: ["meeting_type", "starts_on"],
	has_indicator_for_draft: true,

	// Lists translate options without their DocType, and so miss what they mean here.
	formatters: {
		meeting_type: (value) =>
			frappe.utils.escape_html(__(value || "", null, "Presales Analysis Meeting")),
	},

	get_indicator(doc) {
		if (doc.docstatus === 0) {
			return doc.starts_on && doc.starts_on < frappe.datetime.now_datetime()
				? [__("Minutes Missing"), "orange", "docstatus,=,0"]
				: [__("Planned"), "blue", "docstatus,=,0"];
		}
		return [__("Held"), doc.meeting_type === "Crisis" ? "red" : "green", "docstatus,=,1"];
	},
};
