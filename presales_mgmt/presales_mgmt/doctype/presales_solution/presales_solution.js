frappe.ui.form.on("Presales Solution", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("responsible", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
		frm.set_query("responsible", "quality_checks", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
		frm.set_query("item_code", "equipment", () => ({
			filters: { disabled: 0, has_variants: 0 },
		}));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.responsible)
			frm.set_value("responsible", frappe.session.user);
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		say_which_is_current(frm);
		add_buttons(frm);
	},

	presales_project: say_which_is_current,
});

/** Several people may draft; which version counts is said on each that does not. */
function say_which_is_current(frm) {
	frm.set_intro();
	const project = frm.doc.presales_project;
	if (!project || frm.doc.status === "Current") return;
	frappe.db
		.get_list("Presales Solution", {
			filters: { presales_project: project, status: "Current" },
			fields: ["name", "solution_version"],
			limit: 1,
		})
		.then(([current]) => {
			if (frm.doc.presales_project !== project) return;
			if (!current) {
				if (frm.doc.docstatus === 0) {
					frm.set_intro(
						__(
							"No solution of this project is current. Submitting makes this one current."
						),
						"blue"
					);
				}
				return;
			}
			const link = `<a href="${frappe.utils.get_form_link(
				"Presales Solution",
				current.name
			)}">${frappe.utils.escape_html(current.name)}</a>`;
			const outdated =
				frm.doc.docstatus === 0 &&
				frm.doc.based_on_version &&
				frm.doc.based_on_version !== current.solution_version;
			frm.set_intro(
				outdated
					? __("Made from version {0}; by now version {1} is current: {2}", [
							frm.doc.based_on_version,
							current.solution_version,
							link,
						])
					: __("Version {0} is current: {1}", [current.solution_version, link]),
				outdated ? "orange" : "blue"
			);
		});
}

function add_buttons(frm) {
	if (frm.doc.docstatus === 1 && frm.perm[0].cancel) {
		frm.page.set_secondary_action(__("Withdraw"), () => frm.savecancel());
	}
	if (frm.doc.docstatus !== 0 && frappe.model.can_create("Presales Solution")) {
		frm.add_custom_button(__("New Version"), () =>
			frappe.model.open_mapped_doc({
				method: "presales_mgmt.solutions.make_next_version",
				frm,
			})
		);
	}
	if (frm.doc.status === "Current" && frappe.model.can_create("Presales Review")) {
		frm.add_custom_button(__("Request Review"), () =>
			frappe.new_doc("Presales Review", {
				presales_project: frm.doc.presales_project,
				review_kind: "Solution",
				subject: `${__("Solution", null, "Presales Review")}: ${frm.doc.title}`,
				reviewed_doctype: frm.doctype,
				reviewed_document: frm.doc.name,
			})
		);
	}
}
