frappe.ui.form.on("Presales Activity", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("responsible", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.responsible)
			frm.set_value("responsible", frappe.session.user);
	},

	refresh(frm) {
		if (frm.is_new() || frm.doc.status !== "Planned" || !frm.perm[0].write) return;
		frm.add_custom_button(__("Mark as Completed"), () => {
			frm.set_value("status", "Completed").then(() => frm.save());
		});
	},
});
