const SUPERVISOR_ROLES = ["Company Supervisor", "Department Supervisor", "Director Supervisor"];
const TEAM_ROLES = [
	"Director",
	"Manager",
	"Planning Manager",
	"Engineer",
	"Finance",
	"Legal",
	"Document Controller",
	"Member",
];
// Highest first, as in rules/initiation.py.
const CLASSES = ["Company Level", "Channel", "Regular"];
const COLOURS = { "Company Level": "red", Channel: "blue", Regular: "gray" };

frappe.ui.form.on("Presales Initiation", {
	setup(frm) {
		// The server fills the names in, too; this shows them before saving.
		frm.add_fetch("user", "full_name", "full_name", "Presales Initiation Member");
		frm.add_fetch("document", "document_type", "document_type", "Presales Initiation Basis");
		frm.add_fetch("document", "title", "title", "Presales Initiation Basis");
		set_queries(frm);
	},

	onload(frm) {
		if (frm.is_new() && frm.doc.presales_project && !frm.doc.amended_from) fill_in(frm);
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		// The rows are the company's criteria; they are answered, not added or removed.
		frm.set_df_property("classification", "cannot_add_rows", true);
		frm.set_df_property("classification", "cannot_delete_rows", true);
		// What was asked for is granted or not; after submission no more is asked for.
		frm.set_df_property("resources", "cannot_add_rows", frm.doc.docstatus === 1);
		frm.set_df_property("resources", "cannot_delete_rows", frm.doc.docstatus === 1);
		set_role_options(frm);
		for (const table of ["team", "supervisors"]) say_options(frm, table, "project_role");
		say_options(frm, "classification", "project_class");
		say_what_is_next(frm);
		show_indicators(frm);
		show_class(frm);
		add_buttons(frm);
	},

	presales_project(frm) {
		if (!frm.is_new() || !frm.doc.presales_project) return;
		// Director and manager are those of the project.
		frm.clear_table("team");
		frm.refresh_field("team");
		fill_in(frm);
	},

	expected_revenue: show_figures,
	expected_cost: show_figures,
	cost_of_sale: show_figures,
	monthly_net_inflow: show_figures,
	raised_to: show_class,
});

frappe.ui.form.on("Presales Classification Answer", {
	answer: show_class,
});

frappe.ui.form.on("Presales Initiation Member", {
	team_add(frm, cdt, cdn) {
		frappe.model.set_value(cdt, cdn, "project_role", "Member");
		set_role_options(frm);
	},
	supervisors_add(frm, cdt, cdn) {
		frappe.model.set_value(cdt, cdn, "project_role", SUPERVISOR_ROLES[0]);
		set_role_options(frm);
	},
});

// ------------------------------------------------------------------------------------------- fields

function set_queries(frm) {
	frm.set_query("presales_project", () => ({
		filters: { status: ["in", ["Draft", "Initiation Review"]] },
	}));
	for (const table of ["team", "supervisors"]) {
		frm.set_query("user", table, () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
	}
	frm.set_query("document", "basis_documents", () => ({
		filters: { presales_project: frm.doc.presales_project || "", status: "Archived" },
	}));
}

/** What the project says already, and the criteria to answer. Nothing that was typed is replaced. */
function fill_in(frm) {
	const project = frm.doc.presales_project;
	frappe
		.xcall("presales_mgmt.api.get_initiation_defaults", { project })
		.then(({ team, classification, ...values }) => {
			// The user may have chosen another project meanwhile.
			if (frm.doc.presales_project !== project || !frm.is_new()) return;
			for (const [fieldname, value] of Object.entries(values)) {
				if (value && !frm.doc[fieldname]) frm.set_value(fieldname, value);
			}
			for (const [table, rows] of Object.entries({ team, classification })) {
				if ((frm.doc[table] || []).length) continue;
				for (const row of rows) frm.add_child(table, row);
				frm.refresh_field(table);
			}
			set_role_options(frm);
			show_figures(frm);
			show_class(frm);
		});
}

function set_role_options(frm) {
	presales_mgmt.set_role_options(frm, { team: TEAM_ROLES, supervisors: SUPERVISOR_ROLES });
}

/** Grids translate options without their DocType, and so miss what they mean here. */
function say_options(frm, table, fieldname) {
	const { grid } = frm.get_field(table);
	grid.update_docfield_property(fieldname, "formatter", (value) =>
		frappe.utils.escape_html(__(value || "", null, grid.doctype))
	);
}

/** As the server computes them (rules/initiation.py). */
function show_figures(frm) {
	if (frm.doc.docstatus !== 0) return;
	const spent = flt(frm.doc.expected_cost) + flt(frm.doc.cost_of_sale);
	const margin = flt(frm.doc.expected_revenue) - spent;
	const quotient = (dividend, divisor, digits) =>
		flt(divisor) ? flt(dividend / flt(divisor), digits) : 0;
	frm.set_value({
		expected_margin: margin,
		margin_percent: quotient(margin * 100, frm.doc.expected_revenue, 2),
		benefit_cost_ratio: quotient(frm.doc.expected_revenue, spent, 2),
		payback_months: quotient(spent, frm.doc.monthly_net_inflow, 1),
	});
}

function answered_class(frm) {
	const met = (frm.doc.classification || [])
		.filter((row) => row.answer === "Yes")
		.map((row) => row.project_class);
	return CLASSES.find((candidate) => met.includes(candidate)) || "Regular";
}

/** Which class follows from what is answered so far. */
function show_class(frm) {
	const rows = frm.doc.classification || [];
	if (frm.doc.docstatus === 0) {
		const answered = answered_class(frm);
		frm.set_value("answered_class", answered);
		frm.set_value("project_class", frm.doc.raised_to || answered);
	}
	const open = rows.filter((row) => !row.answer).length;
	const name = __(frm.doc.answered_class || "", null, frm.doctype);
	const text = open
		? __("By the answers so far: {0}. {1} criteria are not answered yet.", [name, open])
		: __("By the answers: {0}", [name]);
	frm.set_df_property("answered_class", "description", frappe.utils.escape_html(text));
}

// ------------------------------------------------------------------------------------ what comes next

function say_what_is_next(frm) {
	frm.set_intro();
	if (frm.doc.docstatus === 0) {
		frm.set_intro(
			__(
				"When everything is answered, the director or the manager submits the project for initiation; the application goes with it."
			),
			"blue"
		);
	} else if (frm.doc.docstatus === 1 && !frm.doc.result) {
		frm.set_intro(
			__(
				"Management evaluates the application. A leader may state in the resources what is granted, until the project is approved."
			),
			"blue"
		);
	}
}

function show_indicators(frm) {
	// The form may be refreshed twice before its dashboard is cleared.
	for (const indicator of frm.presales_indicators || []) indicator.remove();
	frm.presales_indicators = [];
	if (frm.is_new()) return;
	const add = (label, colour) =>
		frm.presales_indicators.push(frm.dashboard.add_indicator(label, colour));
	const { project_class, is_large_project } = frm.doc;
	if (is_large_project) add(__("Large Project"), "orange");
	if (project_class) {
		add(__(project_class, null, frm.doctype), COLOURS[project_class]);
	}
}

function add_buttons(frm) {
	if (frm.is_new()) return;
	frm.add_custom_button(__("Project"), () =>
		frappe.set_route("Form", "Presales Project", frm.doc.presales_project)
	);
	if (frm.doc.docstatus === 1 && !frm.doc.result && frappe.model.can_create("Presales Review")) {
		frm.add_custom_button(__("Request Review"), () =>
			frappe.new_doc("Presales Review", {
				presales_project: frm.doc.presales_project,
				review_kind: "Initiation",
				subject: __("{0}: {1}", [
					__("Initiation", null, "Presales Review"),
					frm.doc.project_title,
				]),
				reviewed_doctype: frm.doctype,
				reviewed_document: frm.doc.name,
			})
		);
	}
	if (frm.doc.docstatus === 0 && !frm.is_dirty() && frm.perm[0].submit) {
		frm.page.set_primary_action(__("Submit Project for Initiation"), () =>
			submit_project(frm)
		);
	}
}

/** The transition of the project's workflow that leads to the evaluation, whatever the company calls it. */
function submit_project(frm) {
	return frappe.db.get_doc("Presales Project", frm.doc.presales_project).then((project) =>
		frappe.workflow.get_transitions(project).then((transitions) => {
			const transition = transitions.find(
				({ next_state }) => next_state === "Initiation Review"
			);
			if (!transition) {
				frappe.msgprint(
					__("You cannot submit {0} for initiation: ask its director or manager.", [
						frappe.utils.escape_html(project.name),
					])
				);
				return;
			}
			return frappe
				.xcall("frappe.model.workflow.apply_workflow", {
					doc: project,
					action: transition.action,
				})
				.then(() => {
					frappe.show_alert({
						message: __("Submitted for initiation."),
						indicator: "green",
					});
					frm.reload_doc();
				});
		})
	);
}
