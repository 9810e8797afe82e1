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
