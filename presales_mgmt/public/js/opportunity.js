frappe.ui.form.on("Opportunity", {
	refresh(frm) {
		if (frm.is_new()) return;
		if (frm.doc.presales_project) {
			frm.add_custom_button(
				__("Presales Project"),
				() => frappe.set_route("Form", "Presales Project", frm.doc.presales_project),
				__("View")
			);
			return;
		}
		if (["Lost", "Closed"].includes(frm.doc.status)) return;
		if (!frappe.model.can_create("Presales Project")) return;
		frm.add_custom_button(
			__("Presales Project"),
			() =>
				frappe.model.open_mapped_doc({
					method: "presales_mgmt.overrides.project_link.make_presales_project",
					frm,
				}),
			__("Create")
		);
	},
});
