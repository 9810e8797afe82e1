frappe.ui.form.on("Quotation", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: {
				company: frm.doc.company,
				status: ["in", ["Draft", "Initiation Review", "Active", "On Hold", "Won"]],
			},
		}));
	},

	refresh(frm) {
		presales_mgmt.offer_differences(frm);
		if (!frm.doc.presales_project || frm.is_new()) return;
		show_version(frm);
		if (frm.doc.docstatus === 1) {
			add_new_version(frm);
			add_negotiation(frm);
			add_contract(frm);
		}
		if (frm.doc.docstatus === 0) {
			show_price(frm);
			if (frm.doc.presales_cost_estimate) {
				frm.add_custom_button(__("Take Current Estimate"), () =>
					frappe
						.xcall("presales_mgmt.api.take_current_estimate", {
							quotation: frm.doc.name,
						})
						.then(() => frm.reload_doc())
				);
			}
		}
	},
});

function add_new_version(frm) {
	if (!frappe.model.can_create("Quotation")) return;
	frm.add_custom_button(
		__("New Version"),
		() =>
			frappe.model.open_mapped_doc({
				method: "presales_mgmt.quotations.make_next_version",
				frm,
			}),
		__("Create")
	);
}

/** What is negotiated is this offer. */
function add_negotiation(frm) {
	if (!frappe.model.can_create("Presales Negotiation Round")) return;
	frm.add_custom_button(
		__("Negotiation Round"),
		() =>
			frappe.new_doc("Presales Negotiation Round", {
				presales_project: frm.doc.presales_project,
				quotation: frm.doc.name,
			}),
		__("Create")
	);
}

function add_contract(frm) {
	const { status, presales_version_status: version_status } = frm.doc;
	if (status === "Lost" || version_status === "Superseded") return;
	if (!frappe.model.can_create("Contract")) return;
	frm.add_custom_button(
		__("Contract"),
		() =>
			frappe.model.open_mapped_doc({
				method: "presales_mgmt.contracts.make_contract",
				frm,
			}),
		__("Create")
	);
}

/** Which version it is, and that another one stands in its place. */
function show_version(frm) {
	const { presales_version: version, presales_version_status: status } = frm.doc;
	if (!version) return;
	if (status === "Superseded") {
		frm.set_intro(
			__("Version {0} was superseded by a later one and cannot be ordered.", [version]),
			"orange"
		);
		// ERPNext offers to order whatever is open.
		frm.remove_custom_button(__("Sales Order"), __("Create"));
	} else if (status === "Current") {
		frm.set_intro(__("Version {0} is the current offer to this customer.", [version]), "blue");
	}
}

/** Whether the price goes beyond what the user may give, and what became of a request. The server decides. */
function show_price(frm) {
	const { name, modified } = frm.doc;
	frappe
		.xcall("presales_mgmt.api.get_price_status", { doctype: frm.doctype, name })
		.then(({ limits, request }) => {
			// The user may have gone on meanwhile.
			if (frm.doc.name !== name || frm.doc.modified !== modified || !limits.length) return;
			const exceeded = limits
				.map((limit) => __(limit, null, "Presales Price Approval"))
				.join(", ");
			if (request?.status === "Approved" && request.holds) {
				frm.set_intro(
					__("The price was approved by {0}.", [
						frappe.user.full_name(request.decided_by),
					]),
					"green"
				);
				return;
			}
			if (request?.status === "Requested") {
				frm.set_intro(
					__("Approval of the price was asked for by {0}. It exceeds: {1}.", [
						frappe.user.full_name(request.requested_by),
						exceeded,
					]),
					"blue"
				);
			} else {
				frm.set_intro(
					__("The price needs approval before it is submitted. It exceeds: {0}.", [
						exceeded,
					]),
					"orange"
				);
			}
			add_request(frm);
		});
}

function add_request(frm) {
	frm.add_custom_button(__("Ask for Price Approval"), () => {
		if (frm.is_dirty()) {
			frappe.throw(__("Save first: what is approved is what is stored."));
		}
		frappe.prompt(
			[
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Why the price is lower"),
					reqd: 1,
				},
			],
			({ reason }) =>
				frappe
					.xcall("presales_mgmt.api.request_price_approval", {
						doctype: frm.doctype,
						name: frm.doc.name,
						reason,
					})
					.then(() => frm.reload_doc()),
			__("Ask for Price Approval"),
			__("Ask")
		);
	});
}
