frappe.ui.form.on("Sales Order", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: {
				company: frm.doc.company,
				status: ["in", ["Draft", "Initiation Review", "Active", "On Hold", "Won"]],
			},
		}));
		frm.set_query("presales_contract", () => ({
			filters: { presales_project: frm.doc.presales_project, docstatus: 1 },
		}));
	},

	refresh(frm) {
		presales_mgmt.offer_differences(frm);
		follow_contract(frm);
		if (frm.doc.presales_project && !frm.is_new() && frm.doc.docstatus === 0) {
			presales_mgmt.show_price(frm);
		}
	},

	presales_project: follow_contract,
});

/** A new order is made by the project's contract; an amended one by what a cancelled contract was amended to. */
function follow_contract(frm) {
	const { presales_project: project, presales_contract: contract } = frm.doc;
	if (!frm.is_new() || !project || (contract && !frm.doc.amended_from)) return;
	// Without the right to see contracts the server fills it in.
	if (!frappe.model.can_read("Presales Project") || !frappe.model.can_read("Contract")) return;
	frappe.db.get_value("Presales Project", project, "contract").then(({ message }) => {
		if (!message || frm.doc.presales_project !== project) return;
		if (message.contract !== frm.doc.presales_contract) {
			frm.set_value("presales_contract", message.contract);
		}
	});
}
