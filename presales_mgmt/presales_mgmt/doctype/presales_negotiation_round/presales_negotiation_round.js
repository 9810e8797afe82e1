frappe.ui.form.on("Presales Negotiation Round", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("responsible", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
		for (const fieldname of ["quotation", "resulting_quotation"]) {
			frm.set_query(fieldname, () => ({
				filters: { presales_project: frm.doc.presales_project, docstatus: ["<", 2] },
			}));
		}
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.responsible) {
			frm.set_value("responsible", frappe.session.user);
		}
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		show_changes(frm);
	},

	presales_project(frm) {
		frm.set_value({ quotation: null, resulting_quotation: null });
	},
});

/** What the round has changed, as the server compares the two offers. */
function show_changes(frm) {
	const wrapper = frm.get_field("changes").$wrapper.empty();
	if (frm.is_new() || !frm.doc.quotation || !frm.doc.resulting_quotation) return;
	const { name, modified } = frm.doc;
	frappe.xcall("presales_mgmt.api.get_negotiation_changes", { name }).then((rows) => {
		// The user may have gone on meanwhile.
		if (frm.doc.name !== name || frm.doc.modified !== modified) return;
		if (rows.length) wrapper.html(presales_mgmt.differences_table(rows));
		else $('<p class="text-muted"></p>').text(__("No difference.")).appendTo(wrapper);
	});
}
