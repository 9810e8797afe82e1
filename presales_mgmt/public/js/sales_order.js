frappe.ui.form.on("Sales Order", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: {
				company: frm.doc.company,
				status: ["in", ["Draft", "Initiation Review", "Active", "On Hold", "Won"]],
			},
		}));
	},
});
