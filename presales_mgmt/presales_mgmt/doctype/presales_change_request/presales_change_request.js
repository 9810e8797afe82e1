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
];

frappe.ui.form.on("Presales Change Request", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("requirement", () => ({
			filters: {
				status: "Confirmed",
				...(frm.doc.presales_project
					? { presales_project: frm.doc.presales_project }
					: {}),
			},
		}));
		frm.set_query("customer_document", () => ({
			filters: {
				presales_project: frm.doc.presales_project || "",
				docstatus: 1,
				status: "Archived",
			},
		}));
		frm.set_query("new_uom", () => ({ filters: { enabled: 1 } }));
		// Kind and priority are kept in English; they are to be read in the user's language.
		for (const fieldname of ["old_value", "new_value"]) {
			const df = frappe.meta.docfield_map["Presales Requirement Change"]?.[fieldname];
			if (!df) continue;
			df.formatter = (value, field, form_options, row) =>
				frappe.utils.escape_html(
					["Kind", "Priority"].includes(row?.changed_field)
						? __(value || "", null, "Presales Requirement")
						: value || ""
				);
		}
	},

	onload(frm) {
		if (frm.is_new() && frm.doc.requirement && !frm.doc.amended_from) fill_in(frm);
	},

	refresh(frm) {
		if (!frm.is_new()) {
			frm.set_df_property("presales_project", "read_only", 1);
			frm.set_df_property("requirement", "read_only", 1);
		}
		show_wording(frm);
		show_buttons(frm);
	},

	requirement(frm) {
		if (frm.is_new() && frm.doc.requirement) fill_in(frm);
	},

	cost_effect: show_company_amounts,
	price_effect: show_company_amounts,
});

/** What the requirement says now, to be put in other words. */
function fill_in(frm) {
	const name = frm.doc.requirement;
	frappe.db.get_doc("Presales Requirement", name).then((requirement) => {
		// The user may have chosen another one meanwhile.
		if (frm.doc.requirement !== name || !frm.is_new()) return;
		frm.set_value("presales_project", requirement.presales_project);
		frm.set_value("requirement_title", requirement.title);
		for (const fieldname of CONTENT) {
			frm.set_value(`new_${fieldname}`, requirement[fieldname] ?? "");
		}
		frappe.db
			.get_value("Presales Project", requirement.presales_project, [
				"company",
				"currency",
				"conversion_rate",
			])
			.then(({ message }) => frm.doc.requirement === name && frm.set_value(message || {}));
	});
}

function show_company_amounts(frm) {
	for (const fieldname of ["cost_effect", "price_effect"]) {
		const base = `base_${fieldname}`;
		const amount = flt(frm.doc[fieldname]) * flt(frm.doc.conversion_rate);
		frm.set_value(base, flt(amount, precision(base, frm.doc)));
	}
}

function show_wording(frm) {
	frm.set_intro();
	const { docstatus, status } = frm.doc;
	if (docstatus === 0) {
		frm.set_intro(
			__("Put in other words what is to change. Submitting it asks for the decision."),
			"blue"
		);
	} else if (status === "Requested") {
		frm.set_intro(
			__(
				"It waits for the director or a leader to decide; nobody decides on the own request."
			),
			"blue"
		);
	}
	const foreign =
		frm.doc.currency &&
		frm.doc.currency !== frappe.get_doc(":Company", frm.doc.company)?.default_currency;
	frm.toggle_display(
		["conversion_rate", "base_cost_effect", "base_price_effect"],
		Boolean(foreign)
	);
}

/** The server decides who may; a delegate is one whom this form cannot know. */
function show_buttons(frm) {
	const { docstatus, status, requested_by, owner } = frm.doc;
	if (docstatus !== 1 || status !== "Requested") {
		if (docstatus === 1) frm.page.clear_secondary_action();
		return;
	}
	if (frm.perm[0].cancel) {
		frm.page.set_secondary_action(__("Withdraw"), () => frm.savecancel());
	}
	if ([requested_by, owner].includes(frappe.session.user)) return;
	frm.add_custom_button(__("Approve"), () =>
		decide(frm, __("Approve"), "approve_change_request", "remarks", false)
	);
	frm.change_custom_button_type(__("Approve"), null, "primary");
	frm.add_custom_button(__("Reject"), () =>
		decide(frm, __("Reject"), "reject_change_request", "reason", true)
	);
}

function decide(frm, title, method, fieldname, needed) {
	frappe.prompt(
		[
			{
				fieldname,
				fieldtype: "Small Text",
				label: needed ? __("Reason") : __("Remarks"),
				reqd: needed ? 1 : 0,
			},
		],
		(values) =>
			frappe
				.xcall(`presales_mgmt.api.${method}`, { name: frm.doc.name, ...values })
				.then(() => frm.reload_doc()),
		title,
		title
	);
}
