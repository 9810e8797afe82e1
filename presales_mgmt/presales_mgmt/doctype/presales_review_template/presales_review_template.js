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
