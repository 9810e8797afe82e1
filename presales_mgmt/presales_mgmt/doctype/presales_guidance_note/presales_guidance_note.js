const GIVING_ROLES = ["Presales Supervisor", "Presales Leader"];

frappe.ui.form.on("Presales Guidance Note", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("addressed_to", () => ({
			filters: { enabled: 1, user_type: "System User", name: ["!=", frappe.session.user] },
		}));
	},

	refresh(frm) {
		if (!frm.is_new()) {
			frm.set_df_property("presales_project", "read_only", 1);
			const settled =
				frm.doc.answered_on || frm.doc.given_by !== frappe.session.user ? 1 : 0;
			for (const fieldname of [
				"subject",
				"guidance",
				"addressed_to",
				"needs_answer",
				"answer_due",
			]) {
				frm.set_df_property(fieldname, "read_only", settled);
			}
			frm.set_df_property("key_points", "cannot_delete_rows", frm.doc.answered_on ? 1 : 0);
			if (frm.doc.status === "Closed") frm.disable_form();
			show_buttons(frm);
		}
		show_wording(frm);
	},
});

function show_wording(frm) {
	frm.set_intro();
	const { status, needs_answer, answer_due, addressed_to, given_by, given_as } = frm.doc;
	if (frm.is_new()) {
		frm.set_intro(
			__("Guidance is given by the supervisors of the project and by leaders."),
			"blue"
		);
		return;
	}
	const given = __("Given by {0} as {1}.", [frappe.user.full_name(given_by), __(given_as)]);
	if (status === "Open" && needs_answer) {
		const overdue = answer_due < frappe.datetime.get_today();
		const waits = overdue
			? __("The answer of {0} is overdue since {1}.", [
					frappe.user.full_name(addressed_to),
					frappe.datetime.str_to_user(answer_due),
				])
			: __("{0} is to answer by {1}.", [
					frappe.user.full_name(addressed_to),
					frappe.datetime.str_to_user(answer_due),
				]);
		frm.set_intro(`${given} ${waits}`, overdue ? "orange" : "blue");
	} else {
		frm.set_intro(given, "blue");
	}
}

/** The server decides who may; a delegate is one whom this form cannot know. */
function show_buttons(frm) {
	const { status, needs_answer, given_by, answered_by, addressed_to } = frm.doc;
	const user = frappe.session.user;
	const guides = user === given_by || GIVING_ROLES.some((role) => frappe.user.has_role(role));
	if (status === "Open" && user !== given_by) {
		frm.add_custom_button(__("Answer"), () => ask_answer(frm));
		if (user === addressed_to) frm.change_custom_button_type(__("Answer"), null, "primary");
	}
	const closable = status === "Answered" || (status === "Open" && !needs_answer);
	if (guides && closable && user !== answered_by) {
		frm.add_custom_button(__("Close"), () =>
			call(frm, "presales_mgmt.api.close_guidance", {})
		);
	}
	if (guides && status !== "Open") {
		frm.add_custom_button(__("Open Again"), () =>
			frappe.prompt(
				[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
				({ reason }) => call(frm, "presales_mgmt.api.reopen_guidance", { reason }),
				__("Open Again"),
				__("Open Again")
			)
		);
	}
}

function ask_answer(frm) {
	frappe.prompt(
		[
			{
				fieldname: "answer",
				fieldtype: "Text Editor",
				label: __("Answer"),
				reqd: 1,
				default: frm.doc.answer,
			},
		],
		({ answer }) => call(frm, "presales_mgmt.api.answer_guidance", { answer }),
		__("Answer"),
		__("Answer")
	);
}

function call(frm, method, args) {
	frappe.xcall(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
}
