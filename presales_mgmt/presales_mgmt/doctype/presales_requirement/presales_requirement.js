const CONTENT = [
	"title",
	"kind",
	"priority",
	"due_date",
	"device",
	"wanted_function",
	"place",
	"quantity",
	"uom",
	"description",
	"source",
	"source_doctype",
	"source_record",
	"needs_development",
];
const OPEN = ["Captured", "Analysed"];
const FEASIBILITIES = ["Feasible", "Feasible with Changes", "Not Feasible"];

frappe.ui.form.on("Presales Requirement", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("source_record", () => ({
			filters: { presales_project: frm.doc.presales_project || "" },
		}));
		frm.set_query("uom", () => ({ filters: { enabled: 1 } }));
	},

	refresh(frm) {
		show_wording(frm);
		if (frm.is_new()) return;
		frm.set_df_property("presales_project", "read_only", 1);
		const settled = OPEN.includes(frm.doc.status) ? 0 : 1;
		for (const fieldname of CONTENT) frm.set_df_property(fieldname, "read_only", settled);
		const asked = ["Requested", "Answered"].includes(frm.doc.development_status);
		if (asked) frm.set_df_property("needs_development", "read_only", 1);
		show_buttons(frm);
	},

	source_doctype(frm) {
		frm.set_value("source_record", null);
	},
});

function show_wording(frm) {
	frm.set_intro();
	const { status, development_status, development_asked_of, development_due } = frm.doc;
	if (frm.is_new()) return;
	if (development_status === "Requested") {
		const due = frappe.datetime.str_to_user(development_due);
		const overdue = development_due < frappe.datetime.get_today();
		const whom = development_asked_of
			? frappe.user.full_name(development_asked_of)
			: frm.doc.development_department;
		frm.set_intro(
			overdue
				? __("The answer of {0} for R&D is overdue since {1}.", [whom, due])
				: __("{0} is to answer for R&D by {1}.", [whom, due]),
			overdue ? "orange" : "blue"
		);
	} else if (status === "Captured") {
		frm.set_intro(
			__("Next: an engineer or the planning manager of the project analyses it."),
			"blue"
		);
	} else if (status === "Analysed") {
		frm.set_intro(
			__(
				"Next: the director or the manager records the customer's confirmation, by an archived document."
			),
			"blue"
		);
	} else if (status === "Confirmed") {
		frm.set_intro(
			__("Confirmed by the customer. It is changed by a change request."),
			"green"
		);
	}
}

/** The server decides who may, by the place on the project. */
function show_buttons(frm) {
	const { status, development_status } = frm.doc;
	const open = OPEN.includes(status);
	if (frm.perm[0].write) {
		if (open) frm.add_custom_button(__("Analyse"), () => ask_analysis(frm));
		if (status === "Analysed") {
			frm.add_custom_button(__("Confirm"), () => ask_confirmation(frm));
			frm.change_custom_button_type(__("Confirm"), null, "primary");
		}
		if (status !== "Rejected" && status !== "Withdrawn") {
			frm.add_custom_button(__("Ask R&D"), () => ask_question(frm), __("R&D"));
		}
		if (development_status === "Requested") {
			frm.add_custom_button(
				__("Take Request Back"),
				() => call(frm, "presales_mgmt.api.withdraw_development"),
				__("R&D")
			);
		}
		if (open) {
			frm.add_custom_button(__("Reject"), () =>
				ask_reason(frm, __("Reject"), "reject_requirement")
			);
			frm.add_custom_button(__("Withdraw"), () =>
				ask_reason(frm, __("Withdraw"), "withdraw_requirement")
			);
		}
	}
	if (development_status === "Requested") {
		frm.add_custom_button(__("Answer for R&D"), () => ask_answer(frm));
		if (frappe.session.user === frm.doc.development_asked_of) {
			frm.change_custom_button_type(__("Answer for R&D"), null, "primary");
		}
	}
	if (status === "Confirmed" && frappe.model.can_create("Presales Change Request")) {
		frm.add_custom_button(__("Ask for a Change"), () =>
			frappe.new_doc("Presales Change Request", {
				presales_project: frm.doc.presales_project,
				requirement: frm.doc.name,
			})
		);
	}
}

function options(values) {
	return values.map((value) => ({ value, label: __(value, null, "Presales Requirement") }));
}

function ask_analysis(frm) {
	ask_for(
		__("Analyse"),
		[
			{
				fieldname: "recommendation",
				fieldtype: "Text Editor",
				label: __("Recommendation"),
				reqd: 1,
				default: frm.doc.recommendation,
			},
			{
				fieldname: "feasibility",
				fieldtype: "Select",
				label: __("Feasibility"),
				options: options(FEASIBILITIES),
				reqd: 1,
				default: frm.doc.feasibility || FEASIBILITIES[0],
			},
		],
		(values) => call(frm, "presales_mgmt.api.analyse_requirement", values)
	);
}

function ask_question(frm) {
	ask_for(
		__("Ask R&D"),
		[
			{
				fieldname: "question",
				fieldtype: "Small Text",
				label: __("Question to R&D"),
				reqd: 1,
			},
			{
				fieldname: "asked_of",
				fieldtype: "Link",
				label: __("Asked Of"),
				options: "User",
				description: __("Whoever is not on the team joins it as reviewer"),
				get_query: () => ({
					filters: {
						enabled: 1,
						user_type: "System User",
						name: ["!=", frappe.session.user],
					},
				}),
			},
			{
				fieldname: "department",
				fieldtype: "Link",
				label: __("Department"),
				options: "Department",
				description: __("Without a person: those of it who are on the team"),
			},
			{
				fieldname: "due_date",
				fieldtype: "Date",
				label: __("Answer Due"),
				reqd: 1,
				default: frappe.datetime.add_days(frappe.datetime.get_today(), 7),
			},
		],
		(values) => call(frm, "presales_mgmt.api.request_development", values)
	);
}

function ask_answer(frm) {
	ask_for(
		__("Answer for R&D"),
		[
			{
				fieldname: "question",
				fieldtype: "Small Text",
				label: __("Question to R&D"),
				read_only: 1,
				default: frm.doc.development_question,
			},
			{
				fieldname: "answer",
				fieldtype: "Select",
				label: __("Answer"),
				options: options(FEASIBILITIES),
				reqd: 1,
				default: FEASIBILITIES[0],
			},
			{
				fieldname: "text",
				fieldtype: "Small Text",
				label: __("Answer in Words"),
				reqd: 1,
			},
			{
				fieldname: "effort",
				fieldtype: "Float",
				label: __("Effort (Person-Days)"),
			},
		],
		({ answer, text, effort }) =>
			call(frm, "presales_mgmt.api.answer_development", {
				answer,
				text,
				effort: effort || 0,
			})
	);
}

function ask_confirmation(frm) {
	ask_for(
		__("Confirm"),
		[
			{
				fieldname: "customer_person",
				fieldtype: "Data",
				label: __("Confirmed By (Customer)"),
				reqd: 1,
			},
			{
				fieldname: "confirmed_on",
				fieldtype: "Date",
				label: __("Confirmed On"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{
				fieldname: "document",
				fieldtype: "Link",
				label: __("Confirmation Document"),
				options: "Presales Document",
				reqd: 1,
				get_query: () => ({
					filters: {
						presales_project: frm.doc.presales_project,
						docstatus: 1,
						status: "Archived",
					},
				}),
			},
		],
		(values) =>
			frappe
				.xcall("presales_mgmt.api.confirm_requirements", {
					names: [frm.doc.name],
					...values,
				})
				.then(() => frm.reload_doc())
	);
}

function ask_reason(frm, title, method) {
	ask_for(
		title,
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		(values) => call(frm, `presales_mgmt.api.${method}`, values)
	);
}

function ask_for(title, fields, then) {
	frappe.prompt(fields, then, title, title);
}

function call(frm, method, args) {
	frappe.xcall(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
}
