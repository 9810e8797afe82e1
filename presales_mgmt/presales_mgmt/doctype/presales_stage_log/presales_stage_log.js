frappe.ui.form.on("Presales Stage Log", {
	refresh(frm) {
		// What is only read is translated without its DocType: the kind would be taken for another word.
		frm.set_df_property("move_type", "formatter", (value) =>
			frappe.utils.escape_html(__(value || "", null, frm.doctype))
		);
	},
});
