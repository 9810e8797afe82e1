frappe.provide("presales_mgmt");

/** A dialog that says how quotation, contract and order of a deal differ, of those that the user may read. */
presales_mgmt.show_differences = function (frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save the document first."), indicator: "orange" });
		return;
	}
	frappe
		.xcall("presales_mgmt.api.get_document_differences", {
			doctype: frm.doctype,
			name: frm.doc.name,
		})
		.then((pairs) => {
			const dialog = new frappe.ui.Dialog({
				title: __("Quotation, Contract and Order Compared"),
				size: "extra-large",
				fields: [{ fieldname: "differences", fieldtype: "HTML" }],
			});
			dialog.get_field("differences").$wrapper.html(presales_mgmt.differences_html(pairs));
			dialog.show();
		});
};

presales_mgmt.differences_html = function (pairs) {
	const escape = frappe.utils.escape_html;
	const note = (text) => `<p class="text-muted">${escape(text)}</p>`;
	if (!pairs.length) {
		return note(__("There are no two documents of this deal that you may read."));
	}
	return pairs
		.map(({ before, after, rows }) => {
			const link = ({ doctype, name }) =>
				`${escape(__(doctype))} ${frappe.utils.get_form_link(doctype, name, true)}`;
			const heading = `<h5>${link(before)} → ${link(after)}</h5>`;
			return (
				heading +
				(rows.length ? presales_mgmt.differences_table(rows) : note(__("No difference.")))
			);
		})
		.join("");
};

presales_mgmt.differences_table = function (rows) {
	const escape = frappe.utils.escape_html;
	const kinds = {
		Added: ["green", __("Added")],
		Removed: ["red", __("Removed")],
		Changed: ["orange", __("Changed")],
	};
	const what = {
		Amount: __("Amount"),
		Item: __("Item"),
		Quantity: __("Quantity"),
		Price: __("Price", null, "Item Price"),
		Date: __("Date"),
		Payment: __("Payment"),
		Terms: __("Terms"),
	};
	const cells = rows.map((row) => {
		const [colour, kind] = kinds[row.kind];
		const label = [row.label, row.detail].filter(Boolean).join(" · ");
		return `<tr><td class="text-nowrap"><span class="indicator-pill ${colour}">${escape(kind)}</span></td>
			<td class="text-nowrap">${escape(what[row.what])}</td>
			<td style="min-width: 9em">${escape(label)}</td>
			<td style="white-space: pre-line; min-width: 9em">${escape(row.before)}</td>
			<td style="white-space: pre-line; min-width: 9em">${escape(row.after)}</td></tr>`;
	});
	const headings = ["", __("What"), __("Which"), __("Before"), __("After")];
	return `<div class="table-responsive"><table class="table table-bordered table-sm"><thead><tr>${headings
		.map((heading) => `<th class="text-nowrap">${escape(heading)}</th>`)
		.join("")}</tr></thead><tbody>${cells.join("")}</tbody></table></div>`;
};

/** The button for the dialog, in the form of a document or of the project. */
presales_mgmt.offer_differences = function (frm) {
	if (frm.is_new() || !(frm.doc.presales_project || frm.doctype === "Presales Project")) return;
	frm.add_custom_button(
		__("Compare Documents"),
		() => presales_mgmt.show_differences(frm),
		__("View")
	);
};
