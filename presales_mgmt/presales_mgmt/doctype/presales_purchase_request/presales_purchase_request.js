frappe.ui.form.on("Presales Purchase Request", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("document", () => ({
			filters: { presales_project: frm.doc.presales_project || "" },
		}));
		frm.set_query("item_code", "items", () => ({
			filters: { disabled: 0, is_purchase_item: 1 },
		}));
	},

	refresh(frm) {
		if (!frm.is_new()) frm.set_df_property("presales_project", "read_only", 1);
		toggle_company_amounts(frm);
		show_wording(frm);
		show_buttons(frm);
	},

	presales_project(frm) {
		const project = frm.doc.presales_project;
		if (!project) return;
		frappe.db
			.get_value("Presales Project", project, ["company", "currency", "conversion_rate"])
			.then(({ message }) => {
				// The user may have chosen another one meanwhile.
				if (frm.doc.presales_project !== project || !message) return;
				frm.set_value(message).then(() => toggle_company_amounts(frm));
				for (const row of frm.doc.items || []) show_amounts(frm, row.doctype, row.name);
			});
	},
});

frappe.ui.form.on("Presales Purchase Request Item", {
	items_add: show_amounts,
	items_remove: show_total,
	qty: show_amounts,
	rate: show_amounts,
});

/** As the server will reckon them. */
function show_amounts(frm, cdt, cdn) {
	const row = frappe.get_doc(cdt, cdn);
	row.currency = frm.doc.currency;
	row.company = frm.doc.company;
	row.amount = flt(flt(row.qty) * flt(row.rate), precision("amount", row));
	row.base_amount = flt(
		row.amount * flt(frm.doc.conversion_rate),
		precision("base_amount", row)
	);
	frm.refresh_field("items");
	show_total(frm);
}

function show_total(frm) {
	for (const [total, amount] of [
		["total", "amount"],
		["base_total", "base_amount"],
	]) {
		frm.set_value(
			total,
			(frm.doc.items || []).reduce((sum, row) => sum + flt(row[amount]), 0)
		);
	}
}

function show_wording(frm) {
	frm.set_intro();
	const { docstatus, status } = frm.doc;
	if (docstatus === 0) {
		frm.set_intro(__("Submitting it asks for the decision."), "blue");
	} else if (status === "Requested") {
		frm.set_intro(
			__(
				"It waits for the director or a leader to decide; nobody decides on the own request."
			),
			"blue"
		);
	}
}

function toggle_company_amounts(frm) {
	const { company, currency } = frm.doc;
	const foreign = Boolean(
		company && currency && currency !== frappe.get_doc(":Company", company)?.default_currency
	);
	frm.toggle_display(["conversion_rate", "base_total"], foreign);
}

/** What the user may do, as the person concerned or as a delegate of today. The server decides. */
function show_buttons(frm) {
	const { name, modified, docstatus, status, presales_project, requested_by, owner } = frm.doc;
	if (docstatus === 1 && status === "Approved" && frappe.model.can_create("Material Request")) {
		frm.add_custom_button(
			__("Material Request"),
			() =>
				frappe
					.xcall("presales_mgmt.api.make_material_request", { name: frm.doc.name })
					.then((doc) => {
						frappe.model.sync(doc);
						frappe.set_route("Form", doc.doctype, doc.name);
					}),
			__("Create")
		);
	}
	if (docstatus !== 1 || status !== "Requested") {
		if (docstatus === 1) frm.page.clear_secondary_action();
		return;
	}
	if (frm.perm[0].cancel) {
		frm.page.set_secondary_action(__("Withdraw"), () => frm.savecancel());
	}
	Promise.all([
		frappe.xcall("presales_mgmt.api.get_persons_acted_for"),
		frappe.db.get_value("Presales Project", presales_project, "director"),
	]).then(([persons, { message }]) => {
		if (frm.doc.name !== name || frm.doc.modified !== modified) return;
		if ([requested_by, owner].some((user) => persons.includes(user))) return;
		const leads =
			frappe.user.has_role("Presales Leader") || frappe.session.user === "Administrator";
		if (leads || persons.includes(message?.director)) add_decisions(frm);
	});
}

function add_decisions(frm) {
	frm.add_custom_button(__("Approve"), () =>
		decide(frm, __("Approve"), "approve_purchase_request", "remarks", false)
	);
	frm.change_custom_button_type(__("Approve"), null, "primary");
	frm.add_custom_button(__("Reject"), () =>
		decide(frm, __("Reject"), "reject_purchase_request", "reason", true)
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
