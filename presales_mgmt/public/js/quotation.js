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
		if (!frm.doc.presales_project || frm.is_new()) return;
		show_version(frm);
		if (frm.doc.docstatus === 1) {
			add_new_version(frm);
			add_negotiation(frm);
			add_contract(frm);
		}
		if (frm.doc.docstatus === 0) {
			presales_mgmt.show_price(frm);
			if (frm.doc.presales_cost_estimate) {
				frm.add_custom_button(__("Take Current Estimate"), () =>
					frappe
						.xcall("presales_mgmt.api.take_current_estimate", {
							quotation: frm.doc.name,
						})
						.then(() => frm.reload_doc())
				);
			}
		}
	},
});

function add_new_version(frm) {
	if (!frappe.model.can_create("Quotation")) return;
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

/** What is negotiated is this offer. */
function add_negotiation(frm) {
	if (!frappe.model.can_create("Presales Negotiation Round")) return;
	frm.add_custom_button(
		__("Negotiation Round"),
		() =>
			frappe.new_doc("Presales Negotiation Round", {
				presales_project: frm.doc.presales_project,
				quotation: frm.doc.name,
			}),
		__("Create")
	);
}

function add_contract(frm) {
	const { status, presales_version_status: version_status } = frm.doc;
	if (status === "Lost" || version_status === "Superseded") return;
	if (!frappe.model.can_create("Contract")) return;
	frm.add_custom_button(
		__("Contract"),
		() =>
			frappe.model.open_mapped_doc({
				method: "presales_mgmt.contracts.make_contract",
				frm,
			}),
		__("Create")
	);
}

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
