frappe.ui.form.on("Quotation", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: {
				company: frm.doc.company,
				status: ["in", ["Draft", "Initiation Review", "Active", "On Hold", "Won"]],
			},
		}));
	},

	refresh(frm) {
		presales_mgmt.offer_differences(frm);
		if (frm.doc.docstatus !== 1 || !frm.doc.presales_project) return;
		if (frm.doc.status === "Lost" || !frappe.model.can_create("Contract")) return;
		frm.add_custom_button(
			__("Contract"),
			() =>
				frappe.model.open_mapped_doc({
					method: "presales_mgmt.contracts.make_contract",
					frm,
				}),
			__("Create")
		);
	},
});
