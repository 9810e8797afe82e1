frappe.ui.form.on("Presales Price Approval", {
	setup(frm) {
		frappe.meta.docfield_map[frm.doctype].limits_exceeded.formatter = limits_of;
	},

	refresh(frm) {
		frm.disable_save();
		if (frm.is_new()) return;
		const { currency, company, status } = frm.doc;
		const company_currency = frappe.get_doc(":Company", company)?.default_currency;
		frm.toggle_display("conversion_rate", currency !== company_currency);
		// Without an estimate nobody knows the cost.
		frm.toggle_display("margin_section", Boolean(frm.doc.cost_estimate || frm.doc.base_cost));
		frm.set_intro();
		if (status !== "Requested") return;
		frm.set_intro(
			__("It waits for somebody whose roles allow the price. It exceeds: {0}.", [
				limits_of(frm.doc.limits_exceeded),
			]),
			"blue"
		);
		add_buttons(frm);
	},
});

/** The limits in the user's language. */
function limits_of(limits) {
	return (limits || "")
		.split(", ")
		.map((limit) => __(limit, null, "Presales Price Approval"))
		.join(", ");
}

/** What the user may do, as the person concerned or as a delegate of today. The server decides. */
function add_buttons(frm) {
	const { name, modified, requested_by } = frm.doc;
	frappe.xcall("presales_mgmt.api.get_persons_acted_for").then((persons) => {
		// The user may have gone on, or have decided on it, meanwhile.
		if (frm.doc.name !== name || frm.doc.modified !== modified) return;
		frm.clear_custom_buttons();
		if (persons.includes(requested_by)) {
			frm.add_custom_button(__("Withdraw"), () =>
				call(frm, "presales_mgmt.api.withdraw_price_request")
			);
			return;
		}
		frm.add_custom_button(__("Approve"), () =>
			ask(frm, __("Approve"), __("Remarks"), "presales_mgmt.api.approve_price", false)
		);
		frm.change_custom_button_type(__("Approve"), null, "primary");
		frm.add_custom_button(__("Reject"), () =>
			ask(frm, __("Reject"), __("Reason"), "presales_mgmt.api.reject_price")
		);
	});
}

function ask(frm, title, label, method, needed = true) {
	frappe.prompt(
		[{ fieldname: "remarks", fieldtype: "Small Text", label, reqd: needed ? 1 : 0 }],
		({ remarks }) => call(frm, method, { remarks: remarks || "" }),
		title,
		title
	);
}

function call(frm, method, args) {
	frappe.xcall(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
}
