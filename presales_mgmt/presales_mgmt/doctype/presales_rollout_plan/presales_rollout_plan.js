frappe.ui.form.on("Presales Rollout Plan", {
	setup(frm) {
		const users = () => ({ filters: { enabled: 1, user_type: "System User" } });
		frm.set_query("coordinator", users);
		frm.set_query("responsible", "tasks", users);
		frm.set_query("presales_process", () => ({
			filters: [
				["enabled", "=", 1],
				["only_for_company", "in", ["", frm.doc.company || ""]],
			],
		}));
		frm.set_query("department", "tasks", () =>
			frm.doc.company ? { filters: { company: frm.doc.company, is_group: 0 } } : {}
		);
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.coordinator) {
			frm.set_value("coordinator", frappe.session.user);
		}
	},

	presales_process(frm) {
		if (!frm.doc.presales_process) return;
		frappe.db
			.get_value("Presales Process", frm.doc.presales_process, "only_for_company")
			.then(({ message }) => {
				if (message?.only_for_company) {
					frm.set_value("company", message.only_for_company);
				}
			});
	},

	refresh(frm) {
		if (frm.is_new()) return;
		const open = (frm.doc.tasks || []).filter((row) => !row.done);
		if (!open.length) return;
		const { name, modified } = frm.doc;
		frappe.xcall("presales_mgmt.api.get_persons_acted_for").then((persons) => {
			// The user may have gone on, or have marked a task, meanwhile.
			if (frm.doc.name !== name || frm.doc.modified !== modified) return;
			const own = open.filter(
				(row) => frm.perm[0].write || persons.includes(row.responsible)
			);
			frm.remove_custom_button(__("Mark Task as Done"));
			if (own.length) {
				frm.add_custom_button(__("Mark Task as Done"), () => mark_done(frm, own));
			}
		});
	},
});

frappe.ui.form.on("Presales Rollout Task", {
	tasks_add(frm, cdt, cdn) {
		frappe.model.set_value(cdt, cdn, "due_date", frm.doc.due_date);
	},
});

/** Whoever is responsible for a task need not be able to edit the plan. */
function mark_done(frm, rows) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save the plan first."), indicator: "orange" });
		return;
	}
	frappe.prompt(
		[
			{
				fieldname: "task",
				fieldtype: "Select",
				label: __("Task"),
				options: rows.map((row) => ({ value: row.name, label: row.task })),
				default: rows[0].name,
				reqd: 1,
			},
			{ fieldname: "remarks", fieldtype: "Small Text", label: __("Remarks") },
		],
		(values) =>
			frappe
				.xcall("presales_mgmt.api.mark_rollout_task_done", {
					plan: frm.doc.name,
					...values,
				})
				.then(() => frm.reload_doc()),
		__("Mark Task as Done"),
		__("Done")
	);
}
