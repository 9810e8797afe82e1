const OPINION = "Presales Review Opinion";
const DOCUMENT = "Presales Document";
const SOLUTION = "Presales Solution";
const CONCLUDED = ["Approved", "Approved with Conditions", "Sent Back", "Rejected"];
const DECISION_COLOURS = {
	Approve: "green",
	"Approve with Conditions": "yellow",
	"Send Back": "orange",
	Reject: "red",
};

frappe.ui.form.on("Presales Review", {
	setup(frm) {
		// The server fills the names in, too; this shows them before saving.
		frm.add_fetch("reviewer", "full_name", "full_name", "Presales Reviewer");
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("reviewer", "reviewers", () => ({
			filters: {
				enabled: 1,
				user_type: "System User",
				name: ["!=", frm.doc.requested_by || frappe.session.user],
			},
		}));
		frm.set_query("reviewed_doctype", () => ({
			filters: {
				name: [
					"in",
					[
						DOCUMENT,
						SOLUTION,
						"Presales Initiation",
						"Presales Cost Estimate",
						"Presales Project",
						"Opportunity",
						"Quotation",
						"Contract",
						"Sales Order",
					],
				],
			},
		}));
		frm.set_query("reviewed_document", () => {
			const project = frm.doc.presales_project;
			if (frm.doc.reviewed_doctype === "Presales Project") {
				return { filters: { name: project } };
			}
			const filters = { presales_project: project };
			if (frm.doc.reviewed_doctype === DOCUMENT) filters.status = "Archived";
			if (frm.doc.reviewed_doctype === SOLUTION) filters.status = "Current";
			return { filters };
		});
		frm.set_query("template", () => ({
			filters: { review_kind: frm.doc.review_kind, enabled: 1 },
		}));
	},

	onload(frm) {
		frm.presales_reviewed_doctype = frm.doc.reviewed_doctype;
	},

	refresh(frm) {
		// A link to a DocType is shown by its name, which is in English.
		frm.set_df_property("reviewed_doctype", "formatter", (value) =>
			frappe.utils.escape_html(__(value || ""))
		);
		// The shipped criteria are in English; they are shown in the language of whoever reads them.
		frm.get_field("criteria").grid.update_docfield_property(
			"criterion",
			"formatter",
			(value) => frappe.utils.escape_html(__(value || ""))
		);
		frm.get_field("participants").grid.update_docfield_property(
			"participant_role",
			"formatter",
			(value) => frappe.utils.escape_html(__(value || ""))
		);
		show_wording(frm);
		show_give_opinion(frm);
		show_add_reviewer(frm);
		show_results(frm);
		show_fault(frm);
	},

	presales_project: set_subject,

	review_kind(frm) {
		frm.set_value("template", null);
		set_subject(frm);
	},

	reviewed_doctype(frm) {
		// A new form triggers what it is opened with: the record that it names stays.
		if (frm.doc.reviewed_doctype === frm.presales_reviewed_doctype) return;
		frm.presales_reviewed_doctype = frm.doc.reviewed_doctype;
		frm.set_value("reviewed_document", null);
	},
});

function set_subject(frm) {
	if (frm.doc.subject || !frm.doc.presales_project || !frm.doc.review_kind) return;
	const project = frm.doc.presales_project;
	frappe.db.get_value("Presales Project", project, "project_title").then(({ message }) => {
		if (frm.doc.presales_project !== project || frm.doc.subject) return;
		frm.set_value(
			"subject",
			__("{0}: {1}", [
				__(frm.doc.review_kind, null, frm.doctype),
				message?.project_title || project,
			])
		);
	});
}

function show_wording(frm) {
	frm.set_intro();
	if (frm.doc.docstatus === 0) {
		if (!frm.is_new() && !frm.is_dirty() && frm.perm[0].submit) {
			frm.page.set_primary_action(__("Ask the Reviewers"), () => frm.savesubmit());
		}
		frm.set_intro(
			__(
				"Asking the reviewers submits the review: each gets an opinion to write, and what is reviewed can no longer be changed."
			),
			"blue"
		);
		if (frm.doc.template) {
			frm.set_intro(
				__("Criteria, pass score, quorum and participants come from the template {0}.", [
					__(frm.doc.template),
				]),
				"blue"
			);
		}
	} else if (frm.doc.status === "In Review") {
		const overdue = frm.doc.due_date && frm.doc.due_date < frappe.datetime.get_today();
		frm.set_intro(
			overdue
				? __(
						"Overdue since {0}. The outcome follows when every required reviewer has decided.",
						[frappe.datetime.str_to_user(frm.doc.due_date)]
					)
				: __(
						"The outcome follows when every required reviewer has decided. Until then only who has decided sees what others decided."
					),
			overdue ? "orange" : "blue"
		);
	}
}

/** The opinions that the user has to give or has given: the own one, and those in the place of somebody absent. */
function show_give_opinion(frm) {
	if (frm.doc.status !== "In Review") return;
	const review = frm.doc.name;
	persons_acted_for()
		.then((persons) => {
			const asked = frm.doc.reviewers.some((row) => persons.includes(row.reviewer));
			if (!asked || frm.doc.name !== review) return [];
			return frappe.db.get_list(OPINION, {
				filters: { review, reviewer: ["in", persons] },
				fields: ["name", "docstatus", "reviewer"],
				order_by: "creation asc",
			});
		})
		.then((opinions) => {
			if (frm.doc.name !== review) return;
			for (const opinion of opinions) show_opinion_button(frm, opinion);
		});
}

function show_opinion_button(frm, { name, docstatus, reviewer }) {
	const own = reviewer === frappe.session.user;
	const person = frappe.utils.escape_html(name_of(frm, reviewer));
	const open_label = own ? __("Give Opinion") : __("Give Opinion for {0}", [person]);
	const given_label = own ? __("My Opinion") : __("Opinion for {0}", [person]);
	const label = docstatus === 0 ? open_label : given_label;
	frm.remove_custom_button(label);
	frm.add_custom_button(label, () => frappe.set_route("Form", OPINION, name));
	if (docstatus === 0) frm.change_custom_button_type(label, null, "primary");
}

/** A substitute for somebody who has a conflict of interest. */
function show_add_reviewer(frm) {
	if (frm.doc.status !== "In Review") return;
	const { name, presales_project, requested_by } = frm.doc;
	const offer = () => {
		if (frm.doc.name !== name) return;
		frm.remove_custom_button(__("Add Reviewer"));
		frm.add_custom_button(__("Add Reviewer"), () => add_reviewer(frm));
	};
	if (requested_by === frappe.session.user) {
		offer();
		return;
	}
	Promise.all([
		persons_acted_for(),
		frappe.db.get_value("Presales Project", presales_project, "director"),
	]).then(([persons, { message }]) => {
		if (persons.includes(message?.director)) offer();
	});
}

/** The user, and everybody who has named the user as a delegate for today. */
function persons_acted_for() {
	return frappe.xcall("presales_mgmt.api.get_persons_acted_for");
}

function add_reviewer(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Add Reviewer"),
		fields: [
			{
				fieldname: "reviewer",
				fieldtype: "Link",
				options: "User",
				label: __("Reviewer"),
				reqd: 1,
				get_query: () => ({
					filters: {
						enabled: 1,
						user_type: "System User",
						name: [
							"not in",
							[
								frappe.session.user,
								frm.doc.requested_by,
								...frm.doc.reviewers.map((row) => row.reviewer),
							],
						],
					},
				}),
			},
			{
				fieldname: "department",
				fieldtype: "Link",
				options: "Department",
				label: __("Department"),
			},
		],
		primary_action_label: __("Add"),
		primary_action(values) {
			frappe
				.xcall("presales_mgmt.api.add_reviewer", { review: frm.doc.name, ...values })
				.then(() => {
					dialog.hide();
					frm.reload_doc();
				});
		},
	});
	dialog.show();
}

/** Whether what was reviewed still is what it was. */
function show_fault(frm) {
	if (frm.doc.docstatus !== 1 || !frm.doc.reviewed_document) return;
	const review = frm.doc.name;
	frappe.xcall("presales_mgmt.api.get_reviewed_record_fault", { review }).then((fault) => {
		if (!fault || frm.doc.name !== review) return;
		frm.set_intro(
			__("{0}. The gates ask for a new review.", [frappe.utils.escape_html(fault)]),
			"orange"
		);
	});
}

/** What each reviewer decided: one row a reviewer, one column a criterion. The server shows what may be seen. */
function show_results(frm) {
	if (![...CONCLUDED, "In Review"].includes(frm.doc.status)) return;
	const review = frm.doc.name;
	const rows_of = (doctype, opinions, fields) =>
		frappe.xcall("frappe.client.get_list", {
			doctype,
			parent: OPINION,
			filters: { parent: ["in", opinions.map((opinion) => opinion.name)] },
			fields: ["parent", ...fields],
			order_by: "idx asc",
			limit_page_length: 0,
		});
	frappe.db
		.get_list(OPINION, {
			filters: { review, docstatus: 1 },
			fields: [
				"name",
				"reviewer",
				"decision",
				"score",
				"opinion",
				"strategy_advice",
				"rejection_ground",
				"conflict_details",
				"decided_by",
			],
			order_by: "modified asc",
			limit: 0,
		})
		.then((opinions) => {
			if (!opinions.length) return;
			Promise.all([
				rows_of("Presales Review Score", opinions, ["criterion", "score", "comment"]),
				rows_of("Presales Review Condition", opinions, ["item", "due_date"]),
			]).then(([scores, conditions]) => {
				if (frm.doc.name !== review) return;
				frm.dashboard.add_section(
					results_table(frm, opinions, scores, conditions),
					CONCLUDED.includes(frm.doc.status) ? __("Result") : __("Opinions So Far")
				);
				frm.dashboard.show();
			});
		});
}

function name_of(frm, user) {
	const row = (frm.doc.reviewers || []).find(({ reviewer }) => reviewer === user);
	return row?.full_name || frappe.user.full_name(user);
}

/** What a reviewer said in words. */
function texts_of(opinion, scores, conditions) {
	const texts = [opinion.opinion, opinion.conflict_details];
	if (opinion.decided_by) {
		texts.unshift(
			__("Decided by {0} as delegate", [frappe.user.full_name(opinion.decided_by)])
		);
	}
	if (opinion.strategy_advice) {
		texts.push(__("Advice: {0}", [__(opinion.strategy_advice, null, OPINION)]));
	}
	if (opinion.rejection_ground) {
		texts.push(__("Ground: {0}", [__(opinion.rejection_ground, null, OPINION)]));
	}
	for (const row of conditions) {
		if (row.parent === opinion.name) texts.push(__("Condition: {0}", [row.item]));
	}
	for (const row of scores) if (row.comment) texts.push(`${__(row.criterion)}: ${row.comment}`);
	return texts;
}

function results_table(frm, opinions, scores, conditions) {
	const criteria = frm.doc.criteria || [];
	const head = $("<tr></tr>").append(
		$("<th></th>").text(__("Reviewer")),
		$("<th></th>").text(__("Decision")),
		$('<th class="text-right"></th>').text(__("Score")),
		criteria.map((row) =>
			$('<th class="text-right"></th>').text(
				`${__(row.criterion)} (${format_number(row.weight, null, 0)}%)`
			)
		),
		$("<th></th>").text(__("Opinion"))
	);
	const body = opinions.map((opinion) => {
		const own = scores.filter((row) => row.parent === opinion.name);
		const texts = texts_of(opinion, own, conditions);
		const decision = opinion.decision || "Conflict of Interest";
		return $("<tr></tr>").append(
			$('<td style="white-space: nowrap"></td>').text(name_of(frm, opinion.reviewer)),
			$('<td style="white-space: nowrap"></td>').append(
				$(
					`<span class="indicator-pill ${DECISION_COLOURS[decision] || "gray"}"></span>`
				).text(__(decision, null, OPINION))
			),
			$('<td class="text-right"></td>').text(
				opinion.decision ? format_number(opinion.score, null, 2) : ""
			),
			criteria.map((criterion) => {
				const score =
					opinion.decision && own.find((row) => row.criterion === criterion.criterion);
				return $('<td class="text-right"></td>').text(
					score ? format_number(score.score, null, 2) : ""
				);
			}),
			$('<td style="min-width: 12em; white-space: pre-line"></td>').text(
				texts.filter(Boolean).join("\n")
			)
		);
	});
	const summary = $('<p class="text-muted" style="white-space: pre-line"></p>').text(
		frm.doc.result_explanation || ""
	);
	return $("<div></div>").append(
		summary,
		$('<div class="table-responsive"></div>').append(
			$(
				'<table class="table table-bordered" style="margin: 0; min-width: 640px"></table>'
			).append($("<thead></thead>").append(head), $("<tbody></tbody>").append(body))
		)
	);
}
