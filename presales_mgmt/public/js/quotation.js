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
		if (!frm.doc.presales_project) return;
		show_version(frm);
		if (frm.doc.docstatus === 1 && frappe.model.can_create("Quotation")) {
			frm.add_custom_button(
				__("New Version"),
				() =>
					frappe.model.open_mapped_doc({
						method: "presales_mgmt.quotations.make_next_version",
						frm,
					}),
				__("Create")
			);
		}
	},
});

/** Which version it is, and that another one stands in its place. */
function show_version(frm) {
	const { presales_version: version, presales_version_status: status } = frm.doc;
	if (!version) return;
	if (status === "Superseded") {
		frm.set_intro(
			__("Version {0} was superseded by a later one and cannot be ordered.", [version]),
			"orange"
		);
		// ERPNext offers to order whatever is open.
		frm.remove_custom_button(__("Sales Order"), __("Create"));
	} else if (status === "Current") {
		frm.set_intro(__("Version {0} is the current offer to this customer.", [version]), "blue");
	}
}
