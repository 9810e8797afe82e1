const FOR_OTHERS = ["Presales Leader", "System Manager"];

frappe.ui.form.on("Presales Delegation", {
	setup(frm) {
		for (const fieldname of ["delegator", "delegate"]) {
			frm.set_query(fieldname, () => ({
				filters: { enabled: 1, user_type: "System User" },
			}));
		}
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.delegator) frm.set_value("delegator", frappe.session.user);
	},

	refresh(frm) {
		const for_others = FOR_OTHERS.some((role) => frappe.user.has_role(role));
		frm.set_df_property("delegator", "read_only", !frm.is_new() || !for_others ? 1 : 0);
		frm.set_df_property("delegate", "read_only", frm.is_new() ? 0 : 1);
		frm.set_intro();
		frm.set_intro(
			__(
				"The delegate takes the delegator's place on teams, among supervisors and as reviewer. What takes a role, the delegate needs the role for; nobody approves in the place of an applicant."
			),
			"blue"
		);
	},
});
