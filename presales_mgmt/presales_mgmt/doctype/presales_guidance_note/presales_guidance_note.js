const GIVING_ROLES = ["Presales Supervisor", "Presales Leader"];

frappe.ui.form.on("Presales Guidance Note", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("addressed_to", () => ({
			filters: { enabled: 1, user_type: "System User", name: ["!=", frappe.session.user] },
		}));
	},

	refresh(frm) {
		frm.set_df_property("given_as", "formatter", (value) =>
			frappe.utils.escape_html(__(value || ""))
		);
		show_wording(frm);
		if (frm.is_new()) return;
		frm.set_df_property("presales_project", "read_only", 1);
		frm.set_df_property("key_points", "cannot_delete_rows", frm.doc.answered_on ? 1 : 0);
		if (frm.doc.status === "Closed") frm.disable_form();
		set_settled(frm, [frappe.session.user]);
		const { name, modified } = frm.doc;
		Promise.all([
			frappe.xcall("presales_mgmt.api.get_persons_acted_for"),
			frappe.db.get_value("Presales Project", frm.doc.presales_project, [
				"director",
				"manager",
			]),
		]).then(([persons, { message }]) => {
			// The user may have gone on, or have answered, meanwhile.
			if (frm.doc.name !== name || frm.doc.modified !== modified) return;
			set_settled(frm, persons);
			show_buttons(frm, persons, [message?.director, message?.manager]);
		});
	},
});

/** Until it is answered, whoever gave the guidance may put it in other words. */
function set_settled(frm, persons) {
	const settled = frm.doc.answered_on || !persons.includes(frm.doc.given_by) ? 1 : 0;
	for (const fieldname of [
		"subject",
		"guidance",
		"addressed_to",
		"needs_answer",
		"answer_due",
	]) {
		frm.set_df_property(fieldname, "read_only", settled);
	}
}

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

/** What the user may do, as the person concerned or as a delegate of today. The server decides. */
function show_buttons(frm, persons, leading) {
	const { status, needs_answer, given_by, answered_by, addressed_to } = frm.doc;
	const acts_for = (...users) => users.some((user) => persons.includes(user));
	const guides = acts_for(given_by) || GIVING_ROLES.some((role) => frappe.user.has_role(role));
	frm.clear_custom_buttons();
	if (status === "Open" && acts_for(addressed_to, ...leading) && !acts_for(given_by)) {
		frm.add_custom_button(__("Answer"), () => ask_answer(frm));
		if (acts_for(addressed_to)) frm.change_custom_button_type(__("Answer"), null, "primary");
	}
	const closable = status === "Answered" || (status === "Open" && !needs_answer);
	if (guides && closable && !acts_for(answered_by)) {
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
