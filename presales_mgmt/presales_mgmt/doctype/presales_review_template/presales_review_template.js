frappe.ui.form.on("Presales Review Template", {
	setup(frm) {
		frm.set_query("department", "participants", () => ({
			filters: frm.doc.only_for_company ? { company: frm.doc.only_for_company } : {},
		}));
		frm.set_query("participant_role", "participants", () => ({
			filters: { disabled: 0, desk_access: 1 },
		}));
	},

	refresh(frm) {
		// What is shipped is in English; it is shown in the language of whoever reads it.
		for (const [table, fieldname] of [
			["criteria", "criterion"],
			["participants", "participant_role"],
		]) {
			frm.get_field(table).grid.update_docfield_property(fieldname, "formatter", (value) =>
				frappe.utils.escape_html(__(value || ""))
			);
		}
		frm.set_intro();
		if (frm.is_new()) return;
		frm.set_intro(
			__(
				"A change holds for reviews that are requested after it; running ones keep their rules."
			),
			"blue"
		);
		frm.add_custom_button(__("Reviews"), () =>
			frappe.set_route("List", "Presales Review", "List", { template: frm.doc.name })
		);
	},
});
