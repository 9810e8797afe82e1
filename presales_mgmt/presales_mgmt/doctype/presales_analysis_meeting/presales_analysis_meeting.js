frappe.ui.form.on("Presales Analysis Meeting", {
	setup(frm) {
		// The server fills the names in, too; this shows them before saving.
		frm.add_fetch("user", "full_name", "attendee_name", "Presales Meeting Attendee");
		const users = () => ({ filters: { enabled: 1, user_type: "System User" } });
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("chair", users);
		frm.set_query("user", "attendees", users);
		frm.set_query("decided_by", "decisions", users);
		frm.set_query("responsible", "actions", users);
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.chair) frm.set_value("chair", frappe.session.user);
	},

	refresh(frm) {
		// What is only read is translated without its DocType: the type would be taken for another word.
		frm.set_df_property("meeting_type", "formatter", (value) =>
			frappe.utils.escape_html(__(value || "", null, frm.doctype))
		);
		frm.set_intro();
		if (frm.doc.docstatus !== 0) return;
		frm.set_intro(
			__(
				"Submit the meeting when it has been held: every action becomes a task of the person responsible."
			),
			"blue"
		);
		if (!frm.is_new() && !frm.is_dirty() && frm.perm[0].submit) {
			frm.page.set_primary_action(__("Submit Minutes"), () => frm.savesubmit());
		}
		frm.add_custom_button(__("Add Team as Attendees"), () => add_team(frm));
	},
});

/** Everybody who is active on the project and not in the list yet. */
function add_team(frm) {
	if (!frm.doc.presales_project) {
		frappe.show_alert({ message: __("Choose the project first."), indicator: "orange" });
		return;
	}
	frappe.model.with_doc("Presales Project", frm.doc.presales_project).then((project) => {
		if (!project) return;
		const present = new Set((frm.doc.attendees || []).map((row) => row.user));
		for (const member of [...(project.team || []), ...(project.supervisors || [])]) {
			if (!member.active || present.has(member.user)) continue;
			present.add(member.user);
			frm.add_child("attendees", {
				user: member.user,
				attendee_name: member.full_name || frappe.user.full_name(member.user),
				attended: 1,
			});
		}
		frm.refresh_field("attendees");
	});
}
