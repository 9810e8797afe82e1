const TEAM_ROLES = [
	"Director",
	"Manager",
	"Planning Manager",
	"Engineer",
	"Finance",
	"Legal",
	"Document Controller",
	"Delivery Manager",
	"Member",
	"Reviewer",
];
const SUPERVISOR_ROLES = ["Company Supervisor", "Department Supervisor", "Director Supervisor"];

const FINISHED = ["Won", "Lost", "Abandoned"];

// Computed fields of the project, and the field to fill in for them.
const FILLED_IN_BY = {
	base_expected_amount: "expected_amount",
	base_weighted_amount: "expected_amount",
};

// How an ERPNext document is made from one that the project already has, so that nothing is typed twice.
const MADE_FROM = {
	Quotation: {
		source: "opportunity",
		method: "erpnext.crm.doctype.opportunity.opportunity.make_quotation",
	},
	Contract: {
		source: "quotation",
		method: "presales_mgmt.contracts.make_contract",
	},
	"Sales Order": {
		source: "quotation",
		method: "erpnext.selling.doctype.quotation.quotation.make_sales_order",
	},
};

frappe.ui.form.on("Presales Project", {
	setup(frm) {
		set_queries(frm);
		// The server fills the names in, too; this shows them before saving.
		frm.add_fetch("user", "full_name", "full_name", "Presales Project Member");
	},

	onload(frm) {
		if (!frm.is_new()) return;
		set_default_people(frm);
		if (!frm.doc.party_type) frm.set_value("party_type", "Customer");
		if (frm.doc.company && !frm.doc.currency) frm.set_value("currency", company_currency(frm));
	},

	refresh(frm) {
		frm.set_df_property("opportunity", "read_only", frm.is_new() ? 0 : 1);
		frm.set_df_property("presales_process", "read_only", is_frozen(frm) ? 1 : 0);
		// Workflow states are shown as they are named; the status is to be read in the user's language.
		frm.set_df_property("status", "formatter", (value) =>
			frappe.utils.escape_html(__(value || "", null, frm.doctype))
		);
		say_links(frm);
		toggle_exchange_rate(frm);
		set_role_options(frm);
		for (const table of ["team", "supervisors"]) say_options(frm, table, "project_role");
		say_options(frm, "stakeholders", "buying_role");
		show_overview(frm);
		show_initiation(frm);
		show_contract(frm);
		show_handover(frm);
		show_cost_of_sale(frm);
	},

	company(frm) {
		if (!frm.doc.company) return;
		frm.set_value("currency", company_currency(frm));
	},

	currency(frm) {
		toggle_exchange_rate(frm);
		if (!frm.doc.currency || !frm.doc.company) return;
		const currency = company_currency(frm);
		if (frm.doc.currency === currency) {
			frm.set_value("conversion_rate", 1);
			return;
		}
		frappe
			.xcall("erpnext.setup.utils.get_exchange_rate", {
				from_currency: frm.doc.currency,
				to_currency: currency,
				transaction_date: frm.doc.start_date || frappe.datetime.get_today(),
				args: "for_selling",
			})
			.then((rate) => rate && frm.set_value("conversion_rate", rate));
	},

	conversion_rate: show_company_amounts,
	expected_amount: show_company_amounts,
	probability: show_company_amounts,

	party_type(frm) {
		frm.set_value("party", null);
	},

	before_workflow_action(frm) {
		return ask_before_workflow_action(frm);
	},
});

frappe.ui.form.on("Presales Project Member", {
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
	frm.set_query("presales_process", () => ({
		filters: [
			["enabled", "=", 1],
			["only_for_company", "in", ["", frm.doc.company || ""]],
		],
	}));
	frm.set_query("opportunity", () => ({
		filters: [
			["company", "=", frm.doc.company || ""],
			["presales_project", "is", "not set"],
			["status", "not in", ["Lost", "Closed"]],
		],
	}));
	frm.set_query("party_type", () => ({
		filters: { name: ["in", ["Customer", "Lead", "Prospect"]] },
	}));
	for (const fieldname of ["director", "manager"]) frm.set_query(fieldname, enabled_users);
	for (const table of ["team", "supervisors"]) frm.set_query("user", table, enabled_users);
	frm.set_query("responsible", "milestones", () => {
		const members = (frm.doc.team || []).filter((row) => row.active).map((row) => row.user);
		return members.length ? { filters: { name: ["in", members] } } : enabled_users();
	});
}

function enabled_users() {
	return { filters: { enabled: 1, user_type: "System User" } };
}

function set_default_people(frm) {
	if (!frm.doc.manager && frappe.user_roles.includes("Presales Manager")) {
		frm.set_value("manager", frappe.session.user);
	}
	if (!frm.doc.director && frappe.user_roles.includes("Presales Director")) {
		frm.set_value("director", frappe.session.user);
	}
}

function set_role_options(frm) {
	presales_mgmt.set_role_options(frm, { team: TEAM_ROLES, supervisors: SUPERVISOR_ROLES });
}

/** Links to a DocType and to a version are shown by their names, which are in English. */
function say_links(frm) {
	frm.set_df_property("party_type", "formatter", (value) =>
		frappe.utils.escape_html(__(value || ""))
	);
	frm.set_df_property("process_version", "formatter", (value) => {
		const process = frm.doc.presales_process;
		const text =
			process && value?.startsWith(process)
				? __(process) + value.slice(process.length)
				: value || "";
		return value
			? frappe.utils.get_form_link(
					"Presales Process Version",
					value,
					true,
					frappe.utils.escape_html(text)
				)
			: "";
	});
}

/** Grids translate options without their DocType, and so miss what they mean here. */
function say_options(frm, table, fieldname) {
	const { grid } = frm.get_field(table);
	grid.update_docfield_property(fieldname, "formatter", (value) =>
		frappe.utils.escape_html(__(value || "", null, grid.doctype))
	);
}

function is_frozen(frm) {
	return !frm.is_new() && frm.doc.status !== "Draft";
}

function company_currency(frm) {
	return frappe.get_doc(":Company", frm.doc.company)?.default_currency;
}

function toggle_exchange_rate(frm) {
	const foreign = Boolean(frm.doc.currency && frm.doc.currency !== company_currency(frm));
	frm.toggle_display(["conversion_rate", "base_expected_amount"], foreign);
}

function show_company_amounts(frm) {
	const base = flt(frm.doc.expected_amount) * flt(frm.doc.conversion_rate);
	frm.set_value("base_expected_amount", flt(base, precision("base_expected_amount", frm.doc)));
	frm.set_value(
		"base_weighted_amount",
		flt((base * flt(frm.doc.probability)) / 100, precision("base_weighted_amount", frm.doc))
	);
}

// --------------------------------------------------------------------------------------- initiation

/** Who enters the class, and the way to the application. */
function show_initiation(frm) {
	// Where the company asks for no application, class and person-months are entered here.
	const required = frappe.boot.presales_initiation_application ? 1 : 0;
	frm.set_df_property("project_class", "read_only", required);
	frm.set_df_property("person_months", "read_only", required);
	if (frm.is_new()) return;
	if (frm.doc.initiation) {
		// Who delivers does not read applications.
		if (!frappe.model.can_read("Presales Initiation")) return;
		frm.add_custom_button(__("Application"), () =>
			frappe.set_route("Form", "Presales Initiation", frm.doc.initiation)
		);
	} else if (frm.doc.status === "Draft" && frappe.model.can_create("Presales Initiation")) {
		frm.add_custom_button(__("Application"), () => open_application(frm));
	}
}

function application_actions(frm) {
	const [show_list] = record_actions(frm, "Presales Initiation", {}, true);
	const open = {
		label: __("Fill In Application"),
		primary: true,
		run: () => open_application(frm),
	};
	return frappe.model.can_create("Presales Initiation")
		? [open, show_list]
		: [show_list].filter(Boolean);
}

/** The draft that is there, or a new one: a project has one open application. */
function open_application(frm) {
	frappe.db
		.get_list("Presales Initiation", {
			filters: {
				presales_project: frm.doc.name,
				docstatus: ["<", 2],
				result: ["is", "not set"],
			},
			order_by: "creation desc",
			limit: 1,
		})
		.then(([open]) =>
			open
				? frappe.set_route("Form", "Presales Initiation", open.name)
				: frappe.new_doc("Presales Initiation", { presales_project: frm.doc.name })
		);
}

/** The way to the handover of a won project, and what ERPNext says of its orders. */
function show_handover(frm) {
	if (frm.is_new()) return;
	if (frm.doc.sales_order) frappe.presales.show_progress(frm, frm.doc.name);
	if (frm.doc.handover && frappe.model.can_read("Presales Handover")) {
		frm.add_custom_button(__("Handover"), () =>
			frappe.set_route("Form", "Presales Handover", frm.doc.handover)
		);
	}
	const open = !frm.doc.handover || frm.doc.handover_status === "Revoked";
	if (frm.doc.status === "Won" && open && frappe.model.can_create("Presales Handover")) {
		frm.add_custom_button(__("New Handover"), () =>
			frappe.new_doc("Presales Handover", { presales_project: frm.doc.name })
		);
	}
}

/** Class, size, strategy and open conditions, as far as there is something to say. */
function facts(frm) {
	const label = (fieldname) => __(frm.doc[fieldname], null, frm.doctype);
	const box = $('<div class="presales-facts"></div>');
	const add = (text, colour) =>
		$(`<span class="indicator-pill ${colour}"></span>`).text(text).appendTo(box);
	if (frm.doc.project_class && frm.doc.project_class !== "Regular") {
		add(label("project_class"), frm.doc.project_class === "Company Level" ? "red" : "blue");
	}
	if (frm.doc.is_large_project) add(__("Large Project"), "orange");
	if (frm.doc.strategy) add(__("Strategy: {0}", [label("strategy")]), "gray");
	if (frappe.model.can_read("Presales Rectification")) {
		const filters = {
			presales_project: frm.doc.name,
			status: ["in", ["Open", "Done"]],
		};
		frappe.db.count("Presales Rectification", { filters }).then((count) => {
			if (!count) return;
			add(__("Conditions open: {0}", [count]), "orange")
				.attr("role", "button")
				.on("click", () =>
					frappe.set_route("List", "Presales Rectification", "List", filters)
				);
		});
	}
	return box;
}

// ----------------------------------------------------------------------------------------- contract

/** The contract is made from the offer that the customer has confirmed. */
function show_contract(frm) {
	if (!frm.doc.quotation) return;
	presales_mgmt.offer_differences(frm);
	if (frm.doc.contract || !["Active", "Won"].includes(frm.doc.status)) return;
	if (!frappe.model.can_create("Contract")) return;
	frm.add_custom_button(__("Contract"), () => make_record(frm, "Contract", {}), __("Create"));
}

// ----------------------------------------------------------------------------------------- overview

function show_overview(frm) {
	const field = frm.get_field("stage_overview");
	if (frm.is_new()) {
		field.$wrapper.empty();
		return;
	}
	const project = frm.doc.name;
	Promise.all([
		frappe.xcall("presales_mgmt.api.get_gate_status", { project }),
		frappe.model.with_doc("Presales Process Version", frm.doc.process_version),
	]).then(([status, version]) => {
		// The user may have gone to another project meanwhile.
		if (frm.doc.name !== project) return;
		frm.gate_status = status;
		field.$wrapper
			.empty()
			.append(
				$('<div class="presales-overview"></div>').append(
					facts(frm),
					stage_bar(status),
					next_step(frm, status),
					gate(frm, status, version),
					requirements_line(frm)
				)
			);
		add_move_button(frm, status);
	});
}

function stage_bar(status) {
	const list = $('<ol class="presales-stages"></ol>').attr("aria-label", __("Stages"));
	for (const stage of status.stages) {
		const item = $('<li class="presales-stage"></li>').addClass(
			`presales-stage-${stage.state}`
		);
		if (stage.state === "current") item.attr("aria-current", "step");
		const overdue = stage.target_days && stage.days > stage.target_days;
		const mark = { past: "✓", current: "●", future: "○" }[stage.state];
		const said = { past: __("Done"), current: __("Current Stage"), future: __("Ahead") }[
			stage.state
		];
		item.append(
			$('<span class="presales-stage-mark"></span>')
				.append($('<span aria-hidden="true"></span>').text(mark))
				.append($('<span class="sr-only"></span>').text(said)),
			$('<span class="presales-stage-name"></span>').text(stage.label),
			$('<span class="presales-stage-days"></span>')
				.toggleClass("presales-overdue", Boolean(overdue && stage.state === "current"))
				.text(stage_days(stage, overdue))
		);
		list.append(item);
	}
	return list;
}

function stage_days(stage, overdue) {
	const parts = [];
	if (stage.visits || stage.days) {
		const days = format_number(stage.days, null, 1);
		parts.push(
			stage.target_days
				? __("{0} of {1} days", [days, stage.target_days])
				: __("{0} days", [days])
		);
	} else if (stage.target_days) {
		parts.push(__("target {0} days", [stage.target_days]));
	}
	if (overdue && stage.state === "current") {
		parts.push(__("{0} over", [format_number(stage.days - stage.target_days, null, 1)]));
	}
	if (stage.visits > 1) parts.push(__("entered {0} times", [stage.visits]));
	return parts.join(", ");
}

/** What comes next in the life of the project, where that is not the gate of a stage. */
function next_step(frm, status) {
	const steps = {
		Draft: {
			text: frm.doc.director
				? __(
						"Next: fill in the application, then the director or the manager submits the project for initiation (menu Actions)."
					)
				: __(
						"Next: name a director, then submit the project for initiation (menu Actions)."
					),
			actions: frm.doc.director
				? application_actions(frm)
				: [fill_in_action(frm, "director")],
		},
		"Initiation Review": {
			text: __(
				"Next: an initiation review is concluded, then a leader who did not apply approves the project."
			),
			actions: review_actions(frm, "Initiation", false, reviewed_application(frm)),
		},
		"On Hold": {
			text: frm.doc.outcome_reason
				? __("On hold: {0}", [frm.doc.outcome_reason])
				: __("The project is on hold. Its director may resume it (menu Actions)."),
			actions: [],
		},
	};
	for (const finished of FINISHED) {
		steps[finished] = {
			text: __(
				"Next: a supervisor evaluates the project, the report is archived, the director closes it."
			),
			actions: record_actions(frm, "Presales Project Evaluation"),
		};
	}
	const step = steps[status.status];
	if (!step) return null;
	return $('<div class="presales-next"></div>').append(
		$('<span class="presales-next-text"></span>').text(step.text),
		action_buttons(step.actions)
	);
}

function gate(frm, status, version) {
	const stage = status.stages.find((candidate) => candidate.state === "current");
	if (!stage || ["Lost", "Abandoned", "Closed"].includes(status.status)) return null;
	const conditions = Object.fromEntries(
		(version?.requirements || []).map((row) => [row.code, row])
	);
	const box = $('<section class="presales-gate"></section>');
	const met = status.findings.filter((finding) => finding.satisfied).length;
	box.append(
		$('<h5 class="presales-gate-title"></h5>').text(
			status.findings.length
				? __("To leave {0}: {1} of {2} requirements met", [
						stage.label,
						met,
						status.findings.length,
					])
				: __("{0} asks for nothing before it is left.", [stage.label])
		),
		stage_description(version, stage)
	);
	const list = $('<ul class="presales-findings"></ul>');
	for (const finding of status.findings) {
		list.append(finding_row(frm, status, finding, conditions[finding.code] || {}));
	}
	return status.findings.length ? box.append(list) : box;
}

function stage_description(version, stage) {
	const row = (version?.stages || []).find((candidate) => candidate.stage === stage.name);
	const texts = [
		[__("Purpose"), row?.purpose],
		[__("Inputs"), row?.inputs],
		[__("Activities"), row?.activities],
		[__("Outputs"), row?.outputs],
		[__("Responsible Role"), row?.responsible_role],
	].filter(([, text]) => text);
	if (!texts.length) return null;
	const list = $('<dl class="presales-stage-description"></dl>');
	for (const [label, text] of texts) {
		list.append($("<dt></dt>").text(label), $("<dd></dd>").text(__(text)));
	}
	return $('<details class="presales-stage-details"></details>').append(
		$("<summary></summary>").text(__("About this stage")),
		list
	);
}

function finding_row(frm, status, finding, condition) {
	const [mark, label, colour] = finding.satisfied
		? ["✓", __("Met"), "green"]
		: finding.broken
			? ["⚠", __("Cannot Be Met"), "red"]
			: finding.mandatory
				? ["✗", __("Missing"), "orange"]
				: ["–", __("Open, Optional"), "gray"];
	const facts = finding.satisfied
		? [finding.found]
		: [__("Found: {0}", [finding.found]), __("Expected: {0}", [finding.expected])];
	if (finding.responsible_role)
		facts.push(__("Responsible: {0}", [__(finding.responsible_role)]));
	if (finding.needed_before) facts.push(__("Needed before: {0}", [__(finding.needed_before)]));
	return $('<li class="presales-finding"></li>').append(
		$(
			`<span class="indicator-pill no-indicator-dot ${colour} presales-finding-state"></span>`
		).append(
			$('<span class="presales-finding-mark" aria-hidden="true"></span>').text(mark),
			$("<span></span>").text(label)
		),
		$('<div class="presales-finding-text"></div>').append(
			$('<div class="presales-finding-title"></div>').text(finding.label),
			$('<div class="presales-finding-facts"></div>').text(facts.join(" · "))
		),
		action_buttons(finding_actions(frm, status, finding, condition))
	);
}

/** How far the requirements of the customer are, in one line that opens their list. */
function requirements_line(frm) {
	if (!frappe.model.can_read("Presales Requirement")) return null;
	const project = frm.doc.name;
	const box = $('<div class="presales-next"></div>').hide();
	frappe.xcall("presales_mgmt.api.get_requirement_summary", { project }).then((summary) => {
		if (!summary.total || frm.doc.name !== project) return;
		const parts = Object.entries(summary.by_status)
			.filter(([, number]) => number)
			.map(([status, number]) => `${__(status, null, "Presales Requirement")} ${number}`);
		if (summary.overdue) parts.push(__("overdue {0}", [summary.overdue]));
		if (summary.development_requested) {
			parts.push(__("with R&D {0}", [summary.development_requested]));
		}
		if (summary.changes_requested) {
			parts.push(__("changes to decide {0}", [summary.changes_requested]));
		}
		box.append(
			$('<span class="presales-next-text"></span>').text(
				__("Requirements: {0}", [parts.join(" · ")])
			),
			action_buttons([list_action("Presales Requirement", { presales_project: project })])
		).show();
	});
	return box;
}

// ------------------------------------------------------------------------------------------ actions

/** Each action is {label, run, primary}. */
function action_buttons(actions) {
	const box = $('<div class="presales-actions"></div>');
	for (const action of actions) {
		$('<button type="button" class="btn btn-xs"></button>')
			.addClass(action.primary ? "btn-primary-light" : "btn-default")
			.text(action.label)
			.on("click", () => action.run())
			.appendTo(box);
	}
	return actions.length ? box : null;
}

function finding_actions(frm, status, finding, condition) {
	if (finding.broken) {
		return frappe.model.can_read("Presales Process")
			? [
					{
						label: __("Open Process"),
						run: () =>
							frappe.set_route("Form", "Presales Process", frm.doc.presales_process),
					},
				]
			: [];
	}
	switch (finding.kind) {
		case "Document":
			return record_actions(
				frm,
				"Presales Document",
				{ document_type: condition.document_type },
				finding.satisfied
			);
		case "Review":
			return review_actions(frm, condition.review_kind, finding.satisfied);
		case "Record":
			return record_actions(
				frm,
				condition.reference_doctype,
				equalities(condition.reference_filters),
				finding.satisfied
			);
		case "Field":
			return finding.satisfied ? [] : [fill_in_action(frm, condition.project_field)];
		case "Checklist":
			return checklist_actions(frm, status, finding);
		case "Risk":
			return [
				list_action("Presales Risk", {
					presales_project: frm.doc.name,
					status: ["in", ["Open", "Mitigating", "Occurred"]],
				}),
			];
		default:
			return [];
	}
}

/** The application is what an initiation review reviews. */
function reviewed_application(frm) {
	return frm.doc.initiation
		? { reviewed_doctype: "Presales Initiation", reviewed_document: frm.doc.initiation }
		: {};
}

function review_actions(frm, review_kind, satisfied, reviewed = {}) {
	return record_actions(
		frm,
		"Presales Review",
		{
			...reviewed,
			review_kind,
			subject: __("{0}: {1}", [
				__(review_kind, null, "Presales Review"),
				frm.doc.project_title,
			]),
		},
		satisfied,
		__("Request Review")
	);
}

/** New record with what is known filled in, and the records that are there already. */
function record_actions(frm, doctype, values = {}, satisfied = false, label = null) {
	const actions = [];
	if (!doctype) return actions;
	if (!satisfied && frappe.model.can_create(doctype) && frm.doc.status !== "Closed") {
		actions.push({
			label: label || __("New {0}", [__(doctype)]),
			primary: true,
			run: () => make_record(frm, doctype, values),
		});
	}
	if (frappe.model.can_read(doctype)) {
		const filters = { presales_project: frm.doc.name, ...values };
		for (const typed of ["subject", "reviewed_doctype", "reviewed_document"]) {
			delete filters[typed];
		}
		actions.push(list_action(doctype, filters));
	}
	return actions;
}

function list_action(doctype, filters) {
	return {
		label: __("Show List"),
		run: () => frappe.set_route("List", doctype, "List", filters),
	};
}

function make_record(frm, doctype, values) {
	const made_from = MADE_FROM[doctype];
	if (made_from && frm.doc[made_from.source]) {
		frappe.model.open_mapped_doc({
			method: made_from.method,
			source_name: frm.doc[made_from.source],
		});
		return;
	}
	const party = {
		Quotation: { quotation_to: frm.doc.party_type, party_name: frm.doc.party },
		"Sales Order": { customer: frm.doc.party_type === "Customer" ? frm.doc.party : null },
	}[doctype];
	const company = party ? { company: frm.doc.company } : {};
	frappe.new_doc(doctype, { presales_project: frm.doc.name, ...company, ...party, ...values });
}

/** The conditions of a Record requirement that a new record can be given: field = value. */
function equalities(text) {
	try {
		return Object.fromEntries(
			JSON.parse(text || "[]")
				.filter(([fieldname, operator]) => operator === "=" && fieldname !== "docstatus")
				.map(([fieldname, , value]) => [fieldname, value])
		);
	} catch {
		return {};
	}
}

function fill_in_action(frm, fieldname) {
	return {
		label: __("Fill In"),
		primary: true,
		run: () => frm.scroll_to_field(FILLED_IN_BY[fieldname] || fieldname),
	};
}

function checklist_actions(frm, status, finding) {
	const args = { project: frm.doc.name, requirement_code: finding.code };
	const responsible =
		!finding.responsible_role || frappe.user_roles.includes(finding.responsible_role);
	if (finding.satisfied) {
		if (!responsible && !status.can_override) return [];
		return [
			{
				label: __("Take Back Tick"),
				run: () =>
					frappe
						.xcall("presales_mgmt.api.untick_checklist", args)
						.then(() => show_overview(frm)),
			},
		];
	}
	if (!responsible) return [];
	return [
		{
			label: __("Tick"),
			primary: true,
			run: () =>
				frappe.prompt(
					[
						{
							fieldname: "remarks",
							fieldtype: "Small Text",
							label: __("Remarks"),
							description: __("What was checked, and what was seen"),
						},
					],
					({ remarks }) =>
						frappe
							.xcall("presales_mgmt.api.tick_checklist", { ...args, remarks })
							.then(() => show_overview(frm)),
					frappe.utils.escape_html(finding.label),
					__("Tick")
				),
		},
	];
}

// --------------------------------------------------------------------------------------- moving on

function add_move_button(frm, status) {
	frm.remove_custom_button(__("Move Stage"));
	if (!status.can_move || !targets(status).length) return;
	frm.add_custom_button(__("Move Stage"), () => {
		if (frm.is_dirty()) {
			frappe.show_alert({ message: __("Save your changes first."), indicator: "orange" });
			return;
		}
		ask_for_move(frm, status);
	});
	if (!status.findings.some((finding) => finding.blocks)) {
		frm.change_custom_button_type(__("Move Stage"), null, "primary");
	}
}

/** The stages that the project may be moved to: lost ones are entered by being lost, won ones by the order. */
function targets(status) {
	return status.stages.filter(
		(stage) =>
			stage.state !== "current" &&
			stage.stage_type !== "Lost" &&
			(stage.stage_type !== "Won" || status.status === "Won")
	);
}

function ask_for_move(frm, status) {
	const stages = targets(status);
	const next = stages.find((stage) => stage.state === "future") || stages[0];
	const goes_back = (dialog) =>
		stages.find((stage) => stage.name === dialog.get_value("stage"))?.state === "past";
	const dialog = new frappe.ui.Dialog({
		title: __("Move Stage of {0}", [frappe.utils.escape_html(frm.doc.project_title)]),
		fields: [
			{
				fieldname: "stage",
				fieldtype: "Select",
				label: __("Target Stage"),
				reqd: 1,
				options: stages.map((stage) => {
					// Titles of dialogs and labels of options are taken as HTML.
					const label = frappe.utils.escape_html(stage.label);
					return {
						value: stage.name,
						label: stage.state === "past" ? __("{0} (back)", [label]) : label,
					};
				}),
				default: next.name,
				change: () => {
					dialog.set_df_property("reason", "reqd", goes_back(dialog) ? 1 : 0);
					offer_override(dialog, false);
				},
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("Needed to go back; kept in the stage log"),
				reqd: next.state === "past" ? 1 : 0,
			},
			{ fieldname: "refusal", fieldtype: "HTML" },
			{
				fieldname: "override_reason",
				fieldtype: "Small Text",
				label: __("Reason for the Override"),
				description: __("The override is logged under your name and reported on."),
				hidden: 1,
			},
		],
		primary_action_label: __("Move"),
		primary_action: (values) => move(frm, status, dialog, values),
	});
	dialog.show();
}

function move(frm, status, dialog, values) {
	const refuse = (response) => show_refusal(dialog, response);
	const overriding = !dialog.get_field("override_reason").df.hidden;
	frappe.call({
		method: "presales_mgmt.api.move_to_stage",
		args: {
			project: frm.doc.name,
			stage: values.stage,
			from_stage: status.stage,
			reason: values.reason,
			override_reason: overriding ? values.override_reason : null,
		},
		btn: dialog.get_primary_btn(),
		freeze: true,
		error_handlers: {
			GateError: (response) => {
				refuse(response);
				if (status.can_override) offer_override(dialog, true);
			},
			StageError: refuse,
			LifecycleError: refuse,
			OverrideError: refuse,
			StageConflictError: (response) => {
				dialog.hide();
				frappe.msgprint(messages_of(response));
				frm.reload_doc();
			},
		},
		callback: ({ message }) => {
			dialog.hide();
			frappe.show_alert({
				message: __("Moved to {0}.", [frappe.utils.escape_html(__(message.to_stage))]),
				indicator: "green",
			});
			frm.reload_doc();
		},
	});
}

/** The server's messages; their text comes escaped. */
function messages_of(response) {
	return JSON.parse(response._server_messages || "[]").map((message) => JSON.parse(message));
}

function show_refusal(dialog, response) {
	const box = $('<div class="presales-refusal" role="alert"></div>');
	for (const { message } of messages_of(response)) {
		box.append(
			$("<div></div>").html(frappe.utils.xss_sanitise(message, { strategies: ["js"] }))
		);
	}
	dialog.get_field("refusal").$wrapper.empty().append(box);
}

function offer_override(dialog, offered) {
	if (!offered) dialog.get_field("refusal").$wrapper.empty();
	dialog.set_df_property("override_reason", "hidden", offered ? 0 : 1);
	dialog.set_df_property("override_reason", "reqd", offered ? 1 : 0);
	dialog
		.get_primary_btn()
		.text(offered ? __("Override and Move") : __("Move"))
		.toggleClass("btn-danger", offered)
		.toggleClass("btn-primary", !offered);
}

// ----------------------------------------------------------------------------------------- workflow

/**
 * Ask for what the server will want to know, before the workflow goes on. A promise that stays open when
 * the user cancels: then nothing follows.
 */
function ask_before_workflow_action(frm) {
	// The form has been frozen by the caller; an open dialog must not be.
	frappe.dom.unfreeze();
	const thaw = (go_on) => {
		frappe.dom.freeze();
		go_on();
	};
	return frappe.workflow.get_transitions(frm.doc).then((transitions) => {
		const action = frm.selected_workflow_action;
		const next_state = transitions.find(
			(transition) => transition.action === action
		)?.next_state;
		const fields = outcome_fields(frm, next_state);
		return new Promise((resolve) => {
			if (!fields) {
				thaw(resolve);
				return;
			}
			let gone_on = false;
			const dialog = new frappe.ui.Dialog({
				title: __("{0}: {1}", [
					__(action),
					frappe.utils.escape_html(frm.doc.project_title),
				]),
				fields,
				primary_action_label: __(action),
				on_hide: () => {
					frm.selected_workflow_action = gone_on ? action : null;
				},
				primary_action: (values) => {
					dialog.disable_primary_action();
					save_outcome(frm, values)
						.then(() => {
							gone_on = true;
							dialog.hide();
							thaw(resolve);
						})
						.catch(() => dialog.enable_primary_action());
				},
			});
			dialog.show();
		});
	});
}

function outcome_fields(frm, next_state) {
	const detail = {
		fieldname: "outcome_reason",
		fieldtype: "Small Text",
		label: __("Reason in Detail"),
		default: next_state === "Lost" ? frm.doc.outcome_reason : null,
	};
	const reopens = next_state === "Active" && ["Lost", "Abandoned"].includes(frm.doc.status);
	if (reopens || ["Abandoned", "On Hold"].includes(next_state)) {
		return [{ ...detail, label: __("Reason"), reqd: 1 }];
	}
	if (frm.doc.status === "Initiation Review" && next_state === "Draft") {
		return [{ ...detail, label: __("Reason") }];
	}
	if (next_state !== "Lost") return null;
	return [
		{
			fieldname: "lost_reasons",
			fieldtype: "Table MultiSelect",
			label: __("Lost Reasons"),
			options: "Opportunity Lost Reason Detail",
			reqd: 1,
			default: (frm.doc.lost_reasons || []).map(({ lost_reason }) => ({ lost_reason })),
		},
		{
			fieldname: "competitor",
			fieldtype: "Link",
			label: __("Won by Competitor"),
			options: "Competitor",
			default: (frm.doc.competitors || []).find((row) => row.won)?.competitor,
		},
		detail,
	];
}

function save_outcome(frm, values) {
	if ("lost_reasons" in values) {
		frm.clear_table("lost_reasons");
		for (const { lost_reason } of values.lost_reasons || [])
			frm.add_child("lost_reasons", { lost_reason });
		frm.refresh_field("lost_reasons");
	}
	if (values.competitor) {
		const row =
			(frm.doc.competitors || []).find(
				({ competitor }) => competitor === values.competitor
			) || frm.add_child("competitors", { competitor: values.competitor });
		for (const other of frm.doc.competitors) other.won = other === row ? 1 : 0;
		frm.refresh_field("competitors");
	}
	frm.doc.outcome_reason = values.outcome_reason || "";
	frm.refresh_field("outcome_reason");
	frm.dirty();
	return frm.save();
}

// ------------------------------------------------------------------------------------------- cost of sale

/** What was spent, by kind, activity and stage, for those who may see costs. */
function show_cost_of_sale(frm) {
	const field = frm.get_field("cost_of_sale_details");
	if (!field?.$wrapper) return;
	field.$wrapper.empty();
	if (frm.is_new() || !frappe.model.can_read("Presales Cost Entry")) return;
	const project = frm.doc.name;
	frappe.xcall("presales_mgmt.api.get_cost_of_sale", { project }).then((answer) => {
		// The user may have gone to another project meanwhile.
		if (frm.doc.name !== project) return;
		field.$wrapper.empty().append(cost_of_sale_lines(answer), cost_of_sale_table(answer));
	});
	if (frm.perm[0].write) {
		frm.add_custom_button(
			__("Read Costs Again"),
			() =>
				frappe
					.xcall("presales_mgmt.api.rebuild_cost_of_sale", { project })
					.then(() => frm.reload_doc()),
			__("Cost of Sale")
		);
	}
}

function cost_of_sale_lines(answer) {
	const lines = $("<div></div>");
	if (!answer.stop_above) return lines;
	const left = answer.stop_above - answer.cost - answer.commitments;
	const text =
		left < 0
			? __("{0} more than may be spent", [format_currency(-left, answer.currency)])
			: __("{0} may still be spent", [format_currency(left, answer.currency)]);
	return lines.append($("<p></p>").text(text));
}

function cost_of_sale_table(answer) {
	if (!answer.rows.length) {
		return $('<p class="text-muted"></p>').text(__("Nothing has been spent yet."));
	}
	const table = $('<table class="table table-bordered"></table>');
	const cell = (text, kind = "text-nowrap") =>
		$("<td></td>")
			.addClass(kind)
			.text(text ?? "");
	const number = "text-nowrap text-right";
	const head = $("<tr></tr>").append(
		...[__("Kind"), __("Activity"), __("Stage")].map((label) => $("<th></th>").text(label)),
		...[__("Hours"), __("Amount")].map((label) =>
			$('<th class="text-right"></th>').text(label)
		)
	);
	const body = $("<tbody></tbody>");
	for (const row of answer.rows) {
		body.append(
			$("<tr></tr>").append(
				cell(__(row.kind, null, "Presales Cost Entry")),
				cell(__(row.activity || ""), ""),
				cell(row.stage ? __(row.stage) : __("Before the first stage")),
				cell(row.hours ? format_number(row.hours, null, 2) : "", number),
				cell(format_currency(row.base_amount, answer.currency), number)
			)
		);
	}
	return $('<div class="table-responsive"></div>').append(
		table.append($("<thead></thead>").append(head), body)
	);
}
