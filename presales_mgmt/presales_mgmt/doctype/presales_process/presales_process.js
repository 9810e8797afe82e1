// The fields of a requirement that belong to one kind.
const FIELDS_OF_KIND = {
	Document: ["document_type", "min_count"],
	Review: ["review_kind"],
	Record: ["reference_doctype", "reference_filters", "count_rule", "min_count"],
	Field: ["project_field", "operator", "value"],
	Checklist: [],
	Risk: ["max_risk_level"],
};
// What the fields hold that a kind does not use.
const UNUSED = { min_count: 1, count_rule: "At Least" };
const PROJECT = "Presales Project";
const NOT_COMPARED = [
	"Section Break",
	"Column Break",
	"Tab Break",
	"HTML",
	"Button",
	"Heading",
	"Fold",
];

frappe.ui.form.on("Presales Process", {
	setup(frm) {
		frm.set_query("stage", "requirements", () => ({
			filters: { name: ["in", (frm.doc.stages || []).map((row) => row.stage)] },
		}));
		frm.set_query("reference_doctype", "requirements", () => ({
			filters: { istable: 0, issingle: 0 },
		}));
		frm.set_query("process_owner", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
	},

	refresh(frm) {
		set_project_fields(frm);
		say_shipped_texts(frm);
		frm.set_intro();
		if (frm.is_new()) return;
		frm.set_intro(
			__(
				"Projects run on frozen versions: a change of stages or requirements holds for projects that start after it."
			),
			"blue"
		);
		frm.add_custom_button(__("Projects"), () =>
			frappe.set_route("List", PROJECT, "List", { presales_process: frm.doc.name })
		);
		frm.add_custom_button(__("Versions"), () =>
			frappe.set_route("List", "Presales Process Version", "List", {
				presales_process: frm.doc.name,
			})
		);
		frm.add_custom_button(__("Roll-Out Plans"), () =>
			frappe.set_route("List", "Presales Rollout Plan", "List", {
				presales_process: frm.doc.name,
			})
		);
		frm.add_custom_button(__("Compare with Shipped Version"), () => show_differences(frm));
		offer_review(frm);
	},
});

frappe.ui.form.on("Presales Process Requirement", {
	/** What was typed for another kind would be kept unseen: take it out. */
	kind(frm, cdt, cdn) {
		const row = frappe.get_doc(cdt, cdn);
		const kept = FIELDS_OF_KIND[row.kind];
		if (!kept) return;
		const fields = new Set(Object.values(FIELDS_OF_KIND).flat());
		for (const fieldname of fields) {
			if (!kept.includes(fieldname) && row[fieldname]) {
				frappe.model.set_value(cdt, cdn, fieldname, UNUSED[fieldname] ?? null);
			}
		}
	},
});

/** What is shipped is in English, and grids translate neither texts nor roles, and options without their DocType. */
function say_shipped_texts(frm) {
	for (const [table, fieldname, context] of [
		["stages", "stage_type", "Presales Process Stage"],
		["stages", "responsible_role"],
		["requirements", "title"],
		["requirements", "responsible_role"],
	]) {
		frm.get_field(table).grid.update_docfield_property(fieldname, "formatter", (value) =>
			frappe.utils.escape_html(__(value || "", null, context))
		);
	}
}

/** The owner of a process reviews it, or the owner's delegate, who need not be able to write it. */
function offer_review(frm) {
	const { name, process_owner } = frm.doc;
	const offer = () => {
		frm.remove_custom_button(__("Mark as Reviewed"));
		frm.add_custom_button(__("Mark as Reviewed"), () => mark_reviewed(frm));
	};
	if (frm.perm[0].write) {
		offer();
		return;
	}
	if (!process_owner) return;
	frappe.xcall("presales_mgmt.api.get_persons_acted_for").then((persons) => {
		if (frm.doc.name === name && persons.includes(process_owner)) offer();
	});
}

/** Ask for the date of the next review, and note this one. */
function mark_reviewed(frm) {
	const months = frm.doc.review_interval_months;
	frappe.prompt(
		[
			{
				fieldname: "next_review_date",
				fieldtype: "Date",
				label: __("Next Review Date", null, frm.doctype),
				default: months
					? frappe.datetime.add_months(frappe.datetime.get_today(), months)
					: null,
			},
			{ fieldname: "remarks", fieldtype: "Small Text", label: __("What the review found") },
		],
		(values) =>
			frappe
				.xcall("presales_mgmt.api.mark_process_reviewed", {
					process: frm.doc.name,
					...values,
				})
				.then(() => frm.reload_doc()),
		__("Review of the Process"),
		__("Mark as Reviewed")
	);
}

const DIFFERENCE_KINDS = {
	Added: ["green", () => __("Only in this process")],
	Removed: ["red", () => __("Only in the shipped version")],
	Changed: ["orange", () => __("Changed")],
	Moved: ["blue", () => __("Moved")],
};

/** A dialog that says, row by row, where the process differs from the one that the app ships. */
function show_differences(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save the process first."), indicator: "orange" });
		return;
	}
	frappe
		.xcall("presales_mgmt.api.get_shipped_differences", { process: frm.doc.name })
		.then((answer) => {
			const dialog = new frappe.ui.Dialog({
				title: __("Compared with the Shipped Version"),
				size: "large",
				fields: [{ fieldname: "differences", fieldtype: "HTML" }],
			});
			dialog.get_field("differences").$wrapper.html(differences_html(answer));
			dialog.show();
		});
}

function differences_html(answer) {
	const escape = frappe.utils.escape_html;
	const note = (text) => `<p class="text-muted">${escape(text)}</p>`;
	if (!answer.shipped) {
		return note(
			__("No version is shipped for this process: none has its name, or its regulation.")
		);
	}
	const shipped = __(answer.shipped);
	if (!answer.differences.length) return note(__("No difference from {0}.", [shipped]));
	const parts = [
		[null, __("Process")],
		["stages", __("Stages", null, "Presales Process")],
		["requirements", __("Requirements", null, "Presales Process")],
	].map(([table, heading]) => {
		const rows = answer.differences.filter((difference) => difference.table === table);
		return rows.length
			? `<h5>${escape(heading)}</h5>${rows.map(difference_html).join("")}`
			: "";
	});
	return note(__("Differences from {0}", [shipped])) + parts.join("");
}

function difference_html(difference) {
	const escape = frappe.utils.escape_html;
	const [colour, text] = DIFFERENCE_KINDS[difference.kind];
	const where = difference.stage
		? `<span class="text-muted">${escape(difference.stage)}</span>`
		: "";
	const changes = difference.changes
		.map(
			(change) =>
				`<tr><td>${escape(change.label)}</td><td>${escape(change.shipped)}</td>
				<td>${escape(change.own)}</td></tr>`
		)
		.join("");
	const table = changes
		? `<table class="table table-bordered table-sm"><thead><tr><th>${escape(__("Field"))}</th>
			<th>${escape(__("Shipped"))}</th><th>${escape(__("This Process"))}</th></tr></thead>
			<tbody>${changes}</tbody></table>`
		: "";
	return `<p><span class="indicator-pill ${colour}">${escape(text())}</span>
		<b>${escape(difference.label)}</b> ${where}</p>${table}`;
}

/** Offer the fields of the project by their labels. */
function set_project_fields(frm) {
	frappe.model.with_doctype(PROJECT, () => {
		const options = frappe.meta
			.get_docfields(PROJECT)
			.filter((df) => !NOT_COMPARED.includes(df.fieldtype) && !df.hidden)
			.map((df) => ({
				value: df.fieldname,
				label: `${__(df.label, null, PROJECT)} (${df.fieldname})`,
			}));
		const grid = frm.get_field("requirements").grid;
		grid.update_docfield_property("project_field", "fieldtype", "Autocomplete");
		grid.update_docfield_property("project_field", "options", options);
	});
}
