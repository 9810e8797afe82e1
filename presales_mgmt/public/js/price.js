frappe.provide("presales_mgmt");

/** Whether the price goes beyond what the user may give, and what became of a request. The server decides. */
presales_mgmt.show_price = function (frm) {
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
					request.requested_by === frappe.session.user
						? __("You have asked for approval of the price. It exceeds: {0}.", [
								exceeded,
							])
						: __("Approval of the price was asked for by {0}. It exceeds: {1}.", [
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
			presales_mgmt.offer_price_request(frm);
		});
};

presales_mgmt.offer_price_request = function (frm) {
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
};
