frappe.ui.form.on("Presales Document", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("responsible", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
		frm.set_query("supersedes", () => ({
			filters: {
				presales_project: frm.doc.presales_project,
				document_type: frm.doc.document_type,
				docstatus: 1,
				name: ["!=", frm.doc.name],
			},
		}));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.responsible)
			frm.set_value("responsible", frappe.session.user);
		if (frm.is_new() && frm.doc.document_type) frm.trigger("document_type");
	},

	refresh(frm) {
		// A link to a DocType is shown by its name, which is in English.
		frm.set_df_property("reference_doctype", "formatter", (value) =>
			frappe.utils.escape_html(__(value || ""))
		);
		frm.set_intro();
		if (frm.doc.docstatus === 0) show_archive(frm);
		if (frm.doc.docstatus === 1) show_filed(frm);
	},

	document_type(frm) {
		const document_type = frm.doc.document_type;
		if (!document_type || frm.doc.docstatus !== 0) return;
		if (!frm.doc.title) frm.set_value("title", __(document_type));
		frappe.db
			.get_value("Presales Document Type", document_type, "default_confidentiality_level")
			.then(({ message }) => {
				const level = message?.default_confidentiality_level;
				if (frm.is_new() && level && frm.doc.document_type === document_type) {
					frm.set_value("confidentiality_level", level);
				}
			});
	},
});

function show_archive(frm) {
	const may_archive = frm.perm[0].submit;
	frm.set_intro(
		may_archive
			? __(
					"Archiving files the document: it counts for the gates from then on and can no longer be changed."
				)
			: __("A draft does not count for the gates. The document controller archives it."),
		"blue"
	);
	if (may_archive && !frm.is_new() && !frm.is_dirty()) {
		frm.page.set_primary_action(__("Archive"), () => frm.savesubmit());
	}
}

function show_filed(frm) {
	if (frm.perm[0].cancel) {
		frm.page.set_secondary_action(__("Withdraw"), () => frm.savecancel());
	}
	if (frm.doc.status === "Archived" && frappe.model.can_create("Presales Document")) {
		frm.add_custom_button(__("New Version"), () => new_version(frm));
	}
}

function new_version(frm) {
	const number = parseFloat(frm.doc.document_version);
	frappe.new_doc("Presales Document", {
		presales_project: frm.doc.presales_project,
		document_type: frm.doc.document_type,
		title: frm.doc.title,
		supersedes: frm.doc.name,
		document_version: Number.isFinite(number) ? (Math.floor(number) + 1).toFixed(1) : "",
	});
}
