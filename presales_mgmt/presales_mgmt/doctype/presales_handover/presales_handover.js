const MEETING = "Presales Analysis Meeting";
const EDITABLE = ["Draft", "Sent Back", "Withdrawn"];
const BY_HAND = [
	"delivery_manager",
	"answer_due",
	"reasons",
	"goal",
	"scope",
	"sales_order",
	"quotation",
	"contract",
	"solution",
	"cost_estimate",
	"promises",
	"requirements",
	"risks",
	"contacts",
	"open_points",
	"documents",
	"omissions",
	"remarks",
	"project_template",
	"expected_start_date",
	"expected_end_date",
];

frappe.ui.form.on("Presales Handover", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: { status: ["in", ["Active", "Won"]] },
		}));
		frm.set_query("delivery_manager", enabled_users);
		frm.set_query("promised_by", "promises", enabled_users);
		frm.set_query("responsible", "open_points", enabled_users);
		for (const fieldname of ["sales_order", "quotation"]) {
			frm.set_query(fieldname, () => ({
				filters: { presales_project: frm.doc.presales_project, docstatus: 1 },
			}));
		}
		frm.set_query("contract", () => ({ filters: { docstatus: 1 } }));
		for (const fieldname of ["solution", "cost_estimate"]) {
			frm.set_query(fieldname, () => ({
				filters: { presales_project: frm.doc.presales_project, docstatus: 1 },
			}));
		}
		for (const [fieldname, table] of [
			["source_document", "promises"],
			["document", "documents"],
			["requirement", "requirements"],
			["risk", "risks"],
		]) {
			frm.set_query(fieldname, table, () => ({
				filters: { presales_project: frm.doc.presales_project },
			}));
		}
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		lock_fields(frm);
		frm.set_intro();
		if (frm.is_new()) {
			frm.set_intro(
				__(
					"When it is saved it takes over what the project has. Add promises and open points."
				),
				"blue"
			);
			return;
		}
		if (frm.doc.status === "Accepted") {
			frappe.presales.show_progress(frm, frm.doc.presales_project);
		}
		if (frm.is_dirty()) return;
		if (EDITABLE.includes(frm.doc.status)) show_gaps(frm);
		else show_wording(frm);
		show_buttons(frm);
	},
});

/** What the server refuses to change is not offered for changing. */
function lock_fields(frm) {
	const locked = frm.is_new() || EDITABLE.includes(frm.doc.status) ? 0 : 1;
	for (const fieldname of BY_HAND) frm.set_df_property(fieldname, "read_only", locked);
}

function enabled_users() {
	return { filters: { enabled: 1, user_type: "System User" } };
}

// -------------------------------------------------------------------------------------------- wording

/** What is missing before it can be offered. */
function show_gaps(frm) {
	const { name, modified } = frm.doc;
	frappe.xcall("presales_mgmt.api.get_handover_gaps", { name }).then((gaps) => {
		if (frm.doc.name !== name || frm.doc.modified !== modified) return;
		frm.set_intro();
		if (!gaps.length) {
			frm.set_intro(__("The package is complete and can be offered."), "green");
			return;
		}
		const missing = gaps.map(frappe.utils.escape_html).join("; ");
		frm.set_intro(__("Missing before it can be offered: {0}", [missing]), "orange");
	});
}

function show_wording(frm) {
	const { status, answer_due, delivery_manager, decision_remarks } = frm.doc;
	if (status === "Offered") {
		const overdue = answer_due && answer_due < frappe.datetime.get_today();
		const until = frappe.datetime.str_to_user(answer_due);
		frm.set_intro(
			delivery_manager === frappe.session.user
				? __("It waits for you to accept it or send it back, until {0}.", [until])
				: __("It waits for {0} to accept it or send it back, until {1}.", [
						frappe.user.full_name(delivery_manager),
						until,
					]),
			overdue ? "orange" : "blue"
		);
	} else if (status === "Revoked") {
		frm.set_intro(frappe.utils.escape_html(decision_remarks || ""), "red");
	}
}

// -------------------------------------------------------------------------------------------- buttons

/** What the user may do, as the person concerned or as a delegate of today. The server decides. */
function show_buttons(frm) {
	const { name, modified, status, presales_project, delivery_manager } = frm.doc;
	Promise.all([
		frappe.xcall("presales_mgmt.api.get_persons_acted_for"),
		frappe.db.get_value("Presales Project", presales_project, ["director", "manager"]),
	]).then(([persons, { message }]) => {
		if (frm.doc.name !== name || frm.doc.modified !== modified) return;
		frm.clear_custom_buttons();
		const leads = [message?.director, message?.manager].some((user) => persons.includes(user));
		const receives = persons.includes(delivery_manager) && !leads;
		if (EDITABLE.includes(status) && frm.perm[0]?.write) {
			frm.add_custom_button(__("Fill from Project"), () =>
				call(frm, "presales_mgmt.api.fill_handover")
			);
		}
		if (EDITABLE.includes(status) && leads) primary(frm, __("Offer"), () => offer(frm));
		if (status === "Offered") add_answers(frm, leads, receives);
		if (status === "Accepted") {
			add_delivery(frm, persons);
			if (persons.includes(delivery_manager) || persons.includes(message?.director)) {
				frm.add_custom_button(__("Change Delivery Manager"), () => ask_manager(frm));
			}
		}
		if (["Offered", "Accepted"].includes(status) && frappe.model.can_create(MEETING)) {
			frm.add_custom_button(__("Kickoff Meeting"), () =>
				frappe.model.open_mapped_doc({
					method: "presales_mgmt.delivery.make_kickoff_meeting",
					source_name: frm.doc.name,
				})
			);
		}
	});
}

function offer(frm) {
	frappe.prompt(
		[
			{
				fieldname: "answer_due",
				fieldtype: "Date",
				label: __("Answer Due", null, frm.doctype),
				default: frm.doc.answer_due,
			},
		],
		(values) => call(frm, "presales_mgmt.api.offer_handover", values),
		__("Offer"),
		__("Offer")
	);
}

function add_answers(frm, leads, receives) {
	if (receives) {
		primary(frm, __("Accept"), () =>
			ask(
				frm,
				__("Accept"),
				"remarks",
				__("Remarks"),
				false,
				"presales_mgmt.api.accept_handover"
			)
		);
		frm.add_custom_button(__("Send Back"), () => ask_reasons(frm));
	}
	if (leads) {
		frm.add_custom_button(__("Withdraw"), () =>
			ask(
				frm,
				__("Withdraw"),
				"reason",
				__("Reason"),
				true,
				"presales_mgmt.api.withdraw_handover"
			)
		);
	}
}

function ask_reasons(frm) {
	frappe.prompt(
		[
			{
				fieldname: "reasons",
				fieldtype: "Small Text",
				label: __("What is missing, one line each"),
				reqd: 1,
			},
		],
		({ reasons }) =>
			call(frm, "presales_mgmt.api.send_back_handover", {
				reasons: reasons.split("\n").filter((reason) => reason.trim()),
			}),
		__("Send Back"),
		__("Send Back")
	);
}

function add_delivery(frm, persons) {
	const points = (frm.doc.open_points || []).filter(
		(row) =>
			!row.done &&
			(persons.includes(row.responsible) || persons.includes(frm.doc.delivery_manager))
	);
	if (points.length) frm.add_custom_button(__("Point Done"), () => ask_point(frm, points));
	if (!frm.doc.erpnext_project && persons.includes(frm.doc.delivery_manager)) {
		frm.add_custom_button(__("Make ERPNext Project"), () =>
			call(frm, "presales_mgmt.api.make_handover_project")
		);
	}
}

function ask_manager(frm) {
	frappe.prompt(
		[
			{
				fieldname: "delivery_manager",
				fieldtype: "Link",
				options: "User",
				label: __("Delivery Manager"),
				get_query: enabled_users,
				reqd: 1,
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		(values) => call(frm, "presales_mgmt.api.change_delivery_manager", values),
		__("Change Delivery Manager"),
		__("Change Delivery Manager")
	);
}

function ask_point(frm, points) {
	frappe.prompt(
		[
			{
				fieldname: "point",
				fieldtype: "Select",
				label: __("Open Point", null, "Presales Handover Point"),
				options: points.map((row) => ({ value: row.name, label: row.point })),
				default: points[0].name,
				reqd: 1,
			},
		],
		({ point }) =>
			call(frm, "presales_mgmt.api.complete_handover_point", { point, done: true }),
		__("Point Done"),
		__("Done")
	);
}

function primary(frm, label, action) {
	frm.add_custom_button(label, action);
	frm.change_custom_button_type(label, null, "primary");
}

function ask(frm, title, fieldname, label, needed, method) {
	frappe.prompt(
		[{ fieldname, fieldtype: "Small Text", label, reqd: needed ? 1 : 0 }],
		(values) => call(frm, method, values),
		title,
		title
	);
}

function call(frm, method, args = {}) {
	frappe.xcall(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
}
