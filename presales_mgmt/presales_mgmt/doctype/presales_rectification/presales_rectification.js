const UNSETTLED = ["Open", "Done"];

frappe.ui.form.on("Presales Rectification", {
	setup(frm) {
		frm.set_query("responsible", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
	},

	refresh(frm) {
		if (frm.is_new()) {
			frm.disable_save();
			return;
		}
		for (const fieldname of ["presales_project", "review", "item"]) {
			frm.set_df_property(fieldname, "read_only", 1);
		}
		const settled = frm.doc.status !== "Open" ? 1 : 0;
		frm.set_df_property("responsible", "read_only", settled);
		frm.set_df_property("due_date", "read_only", settled);
		show_wording(frm);
		show_buttons(frm);
	},
});

function show_wording(frm) {
	frm.set_intro();
	const { status, due_date, responsible, raised_by } = frm.doc;
	if (status === "Open") {
		const overdue = due_date && due_date < frappe.datetime.get_today();
		frm.set_intro(
			overdue
				? __("Overdue since {0}. It waits for {1}.", [
						frappe.datetime.str_to_user(due_date),
						frappe.user.full_name(responsible),
					])
				: __("It waits for {0} to say what was done.", [
						frappe.user.full_name(responsible),
					]),
			overdue ? "orange" : "blue"
		);
	} else if (status === "Done") {
		frm.set_intro(
			__("It waits for {0} or a leader to verify it; nobody verifies what they did.", [
				frappe.user.full_name(raised_by),
			]),
			"blue"
		);
	}
}

/** What the user may do, as the person concerned or as a delegate of today. The server decides. */
function show_buttons(frm) {
	const { name, status, presales_project, modified } = frm.doc;
	if (!UNSETTLED.includes(status)) return;
	Promise.all([
		frappe.xcall("presales_mgmt.api.get_persons_acted_for"),
		frappe.db.get_value("Presales Project", presales_project, "director"),
	]).then(([persons, { message }]) => {
		// The user may have gone on, or have settled it, meanwhile.
		if (frm.doc.name !== name || frm.doc.modified !== modified) return;
		frm.clear_custom_buttons();
		add_buttons(frm, persons, persons.includes(message?.director));
	});
}

function add_buttons(frm, persons, is_director) {
	const { status, responsible, done_by, raised_by } = frm.doc;
	const leads = frappe.user.has_role("Presales Leader");
	const own = [responsible, done_by].some((user) => persons.includes(user));
	if (status === "Open" && persons.includes(responsible)) {
		frm.add_custom_button(__("Done"), () =>
			ask(frm, __("Done"), __("What was done"), (text) =>
				call(frm, "presales_mgmt.api.complete_rectification", { measure: text })
			)
		);
		frm.change_custom_button_type(__("Done"), null, "primary");
	}
	if (own) return;
	if (status === "Done" && (leads || persons.includes(raised_by))) {
		frm.add_custom_button(__("Verify"), () =>
			ask(
				frm,
				__("Verify"),
				__("What was found"),
				(text) =>
					call(frm, "presales_mgmt.api.verify_rectification", {
						accepted: true,
						verification: text,
					}),
				false
			)
		);
		frm.change_custom_button_type(__("Verify"), null, "primary");
		frm.add_custom_button(__("Send Back"), () =>
			ask(frm, __("Send Back"), __("What is still missing"), (text) =>
				call(frm, "presales_mgmt.api.verify_rectification", {
					accepted: false,
					verification: text,
				})
			)
		);
	}
	if (leads || is_director) {
		frm.add_custom_button(__("Waive"), () =>
			ask(frm, __("Waive"), __("Reason"), (text) =>
				call(frm, "presales_mgmt.api.waive_rectification", { reason: text })
			)
		);
	}
}

function ask(frm, title, label, then, needed = true) {
	frappe.prompt(
		[{ fieldname: "text", fieldtype: "Small Text", label, reqd: needed ? 1 : 0 }],
		({ text }) => then(text || ""),
		title,
		title
	);
}

function call(frm, method, args) {
	frappe.xcall(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
}
