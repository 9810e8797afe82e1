// Rows of ERPNext's documents that cost a presales project something.
(() => {
	const TABLES = {
		Timesheet: "time_logs",
		"Material Request": "items",
		"Purchase Order": "items",
		"Purchase Receipt": "items",
		"Purchase Invoice": "items",
		"Journal Entry": "accounts",
		"Expense Claim": "expenses",
	};

	/** Offer what the server will take: open projects of the company, and their approved requests. */
	function set_queries(frm) {
		const table = TABLES[frm.doctype];
		frm.set_query("presales_project", table, () => ({
			filters: {
				status: ["!=", "Closed"],
				...(frm.doc.company ? { company: frm.doc.company } : {}),
			},
		}));
		if (!frm.fields_dict[table]?.grid.get_docfield("presales_purchase_request")) return;
		frm.set_query("presales_purchase_request", table, (_doc, cdt, cdn) => ({
			filters: {
				presales_project: frappe.get_doc(cdt, cdn).presales_project || "",
				docstatus: 1,
				status: "Approved",
			},
		}));
	}

	for (const doctype of Object.keys(TABLES)) frappe.ui.form.on(doctype, { setup: set_queries });
})();
