frappe.provide("frappe.presales");

/** How far the orders of a project are delivered, billed and paid, into the HTML field `progress_overview`. */
frappe.presales.show_progress = function (frm, project) {
	const { $wrapper } = frm.get_field("progress_overview");
	const name = frm.doc.name;
	$wrapper.empty();
	frappe.xcall("presales_mgmt.api.get_delivery_progress", { project }).then((progress) => {
		// The user may have gone to another document meanwhile.
		if (frm.doc.name !== name) return;
		$wrapper.empty().append(delivery_projects(progress), delivery_table(progress));
	});
};

function delivery_projects({ erpnext_projects }) {
	const box = $("<p></p>");
	for (const row of erpnext_projects) {
		$("<span></span>")
			.append(
				$("<a></a>")
					.attr("href", frappe.utils.get_form_link("Project", row.name))
					.text(row.name),
				document.createTextNode(
					` ${__(row.status)}, ${__("{0}% complete", [
						format_number(row.percent_complete, null, 0),
					])}`
				)
			)
			.appendTo(box);
	}
	return box;
}

function delivery_table({ orders, totals, company_currency }) {
	const columns = [
		["ordered", __("Ordered")],
		["invoiced", __("Invoiced")],
		["outstanding", __("Outstanding")],
		["received", __("Received")],
	];
	const table = $('<table class="table table-bordered small text-nowrap"></table>');
	const head = $("<tr></tr>").appendTo($("<thead></thead>").appendTo(table));
	for (const label of [
		__("Sales Order"),
		__("Delivered"),
		__("Billed"),
		...columns.map((column) => column[1]),
	]) {
		$("<th></th>").text(label).appendTo(head);
	}
	const body = $("<tbody></tbody>").appendTo(table);
	const amount = (value, currency) =>
		$('<div class="text-right"></div>').text(format_currency(value, currency));
	for (const order of orders) {
		const row = $("<tr></tr>").appendTo(body);
		$("<td></td>")
			.append(
				$("<a></a>")
					.attr("href", frappe.utils.get_form_link("Sales Order", order.name))
					.text(order.name),
				order.overdue
					? $('<div class="text-danger"></div>').text(
							__("Invoices overdue: {0}", [order.overdue])
						)
					: null
			)
			.appendTo(row);
		for (const percent of [order.delivered_percent, order.billed_percent]) {
			$('<td class="text-right"></td>')
				.text(`${format_number(percent, null, 0)} %`)
				.appendTo(row);
		}
		for (const [key] of columns) {
			const cell = $("<td></td>").append(amount(order[key], order.currency)).appendTo(row);
			if (order.currency !== company_currency) {
				cell.append(amount(order[`base_${key}`], company_currency).addClass("text-muted"));
			}
		}
	}
	if (orders.length > 1) {
		const row = $("<tr></tr>").appendTo(body);
		$('<td colspan="3"></td>')
			.text(__("All orders, in {0}", [company_currency]))
			.appendTo(row);
		for (const [key] of columns) {
			$("<td></td>")
				.append(amount(totals[`base_${key}`], company_currency))
				.appendTo(row);
		}
	}
	return orders.length
		? $('<div class="table-responsive"></div>').append(table)
		: $("<p></p>").text(__("No sales order stands."));
}
