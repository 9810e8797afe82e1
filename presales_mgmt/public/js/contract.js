frappe.ui.form.on("Contract", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: { status: ["in", ["Active", "On Hold", "Won"]] },
		}));
		frm.set_query("presales_quotation", () => ({
			filters: {
				presales_project: frm.doc.presales_project,
				docstatus: 1,
				status: ["!=", "Lost"],
			},
		}));
	},

	refresh(frm) {
		presales_mgmt.offer_differences(frm);
		if (frm.is_new() || !frm.doc.presales_project || frm.doc.docstatus !== 0) return;
		if (!frappe.model.can_create("Presales Review")) return;
		for (const [kind, label] of [
			["Contract", __("Contract Review")],
			["Legal", __("Legal Review")],
		]) {
			frm.add_custom_button(
				label,
				() =>
					frappe.new_doc("Presales Review", {
						presales_project: frm.doc.presales_project,
						review_kind: kind,
						reviewed_doctype: frm.doctype,
						reviewed_document: frm.doc.name,
						subject: `${__(frm.doctype)} ${frm.doc.name}`,
					}),
				__("Request Review")
			);
		}
	},
});
