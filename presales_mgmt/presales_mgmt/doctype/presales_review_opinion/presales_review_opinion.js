frappe.ui.form.on("Presales Review Opinion", {
	refresh(frm) {
		const grid = frm.get_field("scores").grid;
		grid.cannot_add_rows = true;
		// The shipped criteria are in English; they are shown in the language of whoever reads them.
		grid.update_docfield_property("criterion", "formatter", (value) =>
			frappe.utils.escape_html(__(value || ""))
		);
		frm.set_df_property("scores", "cannot_add_rows", 1);
		frm.set_df_property("scores", "cannot_delete_rows", 1);
		show_scores(frm);
		show_wording(frm);
		show_review(frm);
	},

	conflict_of_interest: show_scores,
});

function show_scores(frm) {
	const declared = frm.doc.conflict_of_interest === "Declared";
	frm.toggle_display("scores_section", !declared && (frm.doc.scores || []).length > 0);
}

frappe.ui.form.on("Presales Review Score", {
	score(frm) {
		frm.set_value("score", weighted_score(frm.doc.scores || []));
	},
});

function weighted_score(rows) {
	const weights = rows.reduce((sum, row) => sum + flt(row.weight), 0);
	const total = rows.reduce((sum, row) => sum + flt(row.weight) * flt(row.score), 0);
	return weights ? flt(total / weights, 2) : 0;
}

function show_wording(frm) {
	frm.set_intro();
	if (frm.is_new()) {
		frm.set_intro(
			__(
				"An opinion is made when its review is submitted. Open the one that waits for you."
			),
			"orange"
		);
		frm.disable_save();
		return;
	}
	if (frm.doc.docstatus !== 0) return;
	const { name, reviewer } = frm.doc;
	if (reviewer === frappe.session.user) {
		ask_for_opinion(frm);
		return;
	}
	frappe.xcall("presales_mgmt.api.get_persons_acted_for").then((persons) => {
		if (frm.doc.name === name && persons.includes(reviewer)) ask_for_opinion(frm, reviewer);
	});
}

function ask_for_opinion(frm, delegator) {
	if (delegator) {
		frm.set_intro(
			__("You decide in the place of {0}.", [
				frappe.utils.escape_html(frappe.user.full_name(delegator)),
			]),
			"orange"
		);
	}
	frm.set_intro(
		__(
			"State whether you have a conflict of interest, give scores and a decision, then submit. Before the review is concluded, only reviewers who have decided themselves see your opinion."
		),
		"blue"
	);
	if (!frm.is_dirty() && frm.perm[0].submit) {
		frm.page.set_primary_action(__("Submit Opinion"), () => frm.savesubmit());
	}
}

/** What the reviewer is asked about, so that nothing has to be looked up. */
function show_review(frm) {
	if (!frm.doc.review) return;
	const name = frm.doc.name;
	frappe.model.with_doc("Presales Review", frm.doc.review).then((review) => {
		if (!review || frm.doc.name !== name) return;
		const facts = [
			[__("Review"), link("Presales Review", review.name, review.subject)],
			[__("Review Kind"), text(__(review.review_kind, null, "Presales Review"))],
			[__("Project"), link("Presales Project", review.presales_project)],
			[
				__("Reviewed Record"),
				review.reviewed_document &&
					link(review.reviewed_doctype, review.reviewed_document),
			],
			[__("Requested By"), text(frappe.user.full_name(review.requested_by))],
			[
				__("Due Date"),
				review.due_date && text(frappe.datetime.str_to_user(review.due_date)),
			],
		].filter(([, value]) => value);
		const list = $('<div class="row"></div>');
		for (const [label, value] of facts) {
			list.append(
				$('<div class="col-sm-4 col-xs-6" style="margin-bottom: 8px"></div>').append(
					$('<div class="text-muted small"></div>').text(label),
					value
				)
			);
		}
		const section = $("<div></div>").append(list);
		if (review.summary) {
			section.append(
				$('<div class="ql-editor read-mode" style="padding: 0"></div>').html(
					frappe.utils.xss_sanitise(review.summary, { strategies: ["js"] })
				)
			);
		}
		frm.dashboard.add_section(section, __("What Is Reviewed"));
		frm.dashboard.show();
	});
}

function text(value) {
	return $("<div></div>").text(value);
}

function link(doctype, name, label) {
	return $("<div></div>").append(
		$("<a></a>")
			.attr("href", frappe.utils.get_form_link(doctype, name))
			.text(label || frappe.utils.get_link_title(doctype, name) || name)
	);
}
