frappe.ui.form.on("Presales Project Evaluation", {
	setup(frm) {
		// The server fills the names in, too; this shows them before saving.
		frm.add_fetch("user", "full_name", "full_name", "Presales Member Performance");
		frm.set_query("presales_project", () => ({
			filters: { status: ["in", ["Won", "Lost", "Abandoned"]] },
		}));
		frm.set_query("user", "members", () => ({
			filters: { enabled: 1, user_type: "System User", name: ["!=", frappe.session.user] },
		}));
	},

	refresh(frm) {
		frm.set_intro();
		if (frm.doc.docstatus === 0) {
			frm.set_intro(
				__(
					"Submitting the evaluation hands its report to the document controller, who archives it."
				),
				"blue"
			);
			frm.add_custom_button(__("Add Team Members"), () => add_members(frm));
		} else if (frm.doc.docstatus === 1 && frm.doc.archived_document) {
			frm.add_custom_button(__("Report"), () =>
				frappe.set_route("Form", "Presales Document", frm.doc.archived_document)
			);
		}
	},
});

frappe.ui.form.on("Presales Evaluation Criterion", {
	score: show_total,
	weight: show_total,
	criteria_remove: show_total,
});

function show_total(frm) {
	const rows = frm.doc.criteria || [];
	const weights = rows.reduce((sum, row) => sum + flt(row.weight), 0);
	const total = rows.reduce((sum, row) => sum + flt(row.weight) * flt(row.score), 0);
	frm.set_value("total_score", weights ? flt(total / weights, 2) : 0);
}

/** The members whose performance is looked at: those of the team, without reviewers and without the evaluator. */
function add_members(frm) {
	if (!frm.doc.presales_project) {
		frappe.show_alert({ message: __("Choose the project first."), indicator: "orange" });
		return;
	}
	frappe.model.with_doc("Presales Project", frm.doc.presales_project).then((project) => {
		const present = new Set([
			frappe.session.user,
			...(frm.doc.members || []).map((row) => row.user),
		]);
		for (const member of project?.team || []) {
			if (member.project_role === "Reviewer" || present.has(member.user)) continue;
			present.add(member.user);
			frm.add_child("members", {
				user: member.user,
				full_name: member.full_name || frappe.user.full_name(member.user),
				project_role: member.project_role,
			});
		}
		frm.refresh_field("members");
	});
}
