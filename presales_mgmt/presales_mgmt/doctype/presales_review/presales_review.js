const OPINION = "Presales Review Opinion";
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
						"Presales Document",
						"Presales Project",
						"Opportunity",
						"Quotation",
						"Sales Order",
					],
				],
			},
		}));
		frm.set_query("reviewed_document", () =>
			frm.doc.reviewed_doctype === "Presales Project"
				? { filters: { name: frm.doc.presales_project } }
				: { filters: { presales_project: frm.doc.presales_project } }
		);
	},

	refresh(frm) {
		show_wording(frm);
		show_give_opinion(frm);
		show_results(frm);
	},

	presales_project: set_subject,
	review_kind: set_subject,

	reviewed_doctype(frm) {
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
			`${__(frm.doc.review_kind)}: ${message?.project_title || project}`
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
	} else if (frm.doc.status === "In Review") {
		const overdue = frm.doc.due_date && frm.doc.due_date < frappe.datetime.get_today();
		frm.set_intro(
			overdue
				? __(
						"Overdue since {0}. The outcome follows when every required reviewer has decided.",
						[frappe.datetime.str_to_user(frm.doc.due_date)]
					)
				: __(
						"The outcome follows when every required reviewer has decided. Until then nobody sees the opinions of others."
					),
			overdue ? "orange" : "blue"
		);
	}
}

/** The reviewer's own draft, if one waits. */
function show_give_opinion(frm) {
	const asked = (frm.doc.reviewers || []).some((row) => row.reviewer === frappe.session.user);
	if (frm.doc.status !== "In Review" || !asked) return;
	const review = frm.doc.name;
	frappe.db
		.get_list(OPINION, {
			filters: { review, reviewer: frappe.session.user },
			fields: ["name", "docstatus"],
			limit: 1,
		})
		.then(([opinion]) => {
			if (!opinion || frm.doc.name !== review) return;
			const label = opinion.docstatus === 0 ? __("Give Opinion") : __("My Opinion");
			frm.remove_custom_button(label);
			frm.add_custom_button(label, () => frappe.set_route("Form", OPINION, opinion.name));
			if (opinion.docstatus === 0) frm.change_custom_button_type(label, null, "primary");
		});
}

/** What each reviewer decided: one row a reviewer, one column a criterion. */
function show_results(frm) {
	if (!CONCLUDED.includes(frm.doc.status)) return;
	const review = frm.doc.name;
	frappe.db
		.get_list(OPINION, {
			filters: { review, docstatus: 1, concluded: 1 },
			fields: ["name", "reviewer", "decision", "score", "opinion", "conditions"],
			order_by: "modified asc",
			limit: 0,
		})
		.then((opinions) =>
			frappe
				.xcall("frappe.client.get_list", {
					doctype: "Presales Review Score",
					parent: OPINION,
					filters: { parent: ["in", opinions.map((opinion) => opinion.name)] },
					fields: ["parent", "criterion", "score", "comment"],
					order_by: "idx asc",
					limit_page_length: 0,
				})
				.then((scores) => {
					if (frm.doc.name !== review || !opinions.length) return;
					frm.dashboard.add_section(results_table(frm, opinions, scores), __("Result"));
					frm.dashboard.show();
				})
		);
}

function name_of(frm, user) {
	const row = (frm.doc.reviewers || []).find(({ reviewer }) => reviewer === user);
	return row?.full_name || frappe.user.full_name(user);
}

function results_table(frm, opinions, scores) {
	const criteria = frm.doc.criteria || [];
	const head = $("<tr></tr>").append(
		$("<th></th>").text(__("Reviewer")),
		$("<th></th>").text(__("Decision")),
		$('<th class="text-right"></th>').text(__("Score")),
		criteria.map((row) =>
			$('<th class="text-right"></th>').text(
				`${row.criterion} (${format_number(row.weight, null, 0)}%)`
			)
		),
		$("<th></th>").text(__("Opinion"))
	);
	const body = opinions.map((opinion) => {
		const texts = [opinion.opinion];
		if (opinion.conditions) texts.push(__("Conditions: {0}", [opinion.conditions]));
		const own = scores.filter((row) => row.parent === opinion.name);
		for (const row of own) if (row.comment) texts.push(`${row.criterion}: ${row.comment}`);
		return $("<tr></tr>").append(
			$("<td></td>").text(name_of(frm, opinion.reviewer)),
			$('<td style="white-space: nowrap"></td>').append(
				$(
					`<span class="indicator-pill ${
						DECISION_COLOURS[opinion.decision] || "gray"
					}"></span>`
				).text(__(opinion.decision))
			),
			$('<td class="text-right"></td>').text(format_number(opinion.score, null, 2)),
			criteria.map((criterion) => {
				const score = own.find((row) => row.criterion === criterion.criterion);
				return $('<td class="text-right"></td>').text(
					score ? format_number(score.score, null, 2) : ""
				);
			}),
			$('<td style="white-space: pre-line"></td>').text(texts.filter(Boolean).join("\n"))
		);
	});
	const summary = $('<p class="text-muted"></p>').text(
		__("{0}: average {1}, needed {2}", [
			__(frm.doc.status, null, frm.doctype),
			format_number(frm.doc.average_score, null, 2),
			format_number(frm.doc.pass_score, null, 2),
		])
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
