const KINDS = {
	Equipment: "equipment_cost",
	Labour: "labour_cost",
	Installation: "installation_cost",
	Purchase: "purchase_cost",
	Other: "other_cost",
};

frappe.ui.form.on("Presales Cost Estimate", {
	setup(frm) {
		// What was offered by it stands when the estimate is withdrawn.
		frm.ignore_doctypes_on_cancel_all = ["Quotation"];
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("presales_solution", () => ({
			filters: {
				presales_project: frm.doc.presales_project || "",
				status: ["in", ["Draft", "Current"]],
			},
		}));
		frm.set_query("item_code", "lines", () => ({ filters: { disabled: 0 } }));
		frm.set_query("activity_type", "lines", () => ({ filters: { disabled: 0 } }));
		frm.set_query("employee", "lines", () => ({
			filters: { company: frm.doc.company || "", status: "Active" },
		}));
	},

	onload(frm) {
		if (frm.is_new() && frm.doc.presales_project) set_project_values(frm);
		// Begun from a solution, by its button.
		if (frm.is_new() && frm.doc.presales_solution && !frm.doc.amended_from) fill(frm);
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		// A new estimate gets its reserve when it is saved.
		frm.toggle_display("reserve_section", !frm.is_new());
		const foreign = frm.doc.currency !== company_currency(frm);
		frm.toggle_display(["selling_total", "conversion_rate"], foreign);
		say_what_is_next(frm);
		say_when_solution_is_old(frm);
		add_buttons(frm);
		add_fill_button(frm);
		show_approval(frm);
	},

	presales_project: set_project_values,
	presales_solution: add_fill_button,
	risk_reserve: show_figures,
});

frappe.ui.form.on("Presales Cost Line", {
	cost_kind: show_figures,
	qty: show_figures,
	unit_cost: show_figures,
	selling_price: show_figures,
	lines_add: show_figures,
	lines_remove: show_figures,
	activity_type: forget_rate,
	employee: forget_rate,

	item_code(frm, cdt, cdn) {
		const { item_code } = frappe.get_doc(cdt, cdn);
		if (!item_code) return;
		frappe.db.get_value("Item", item_code, ["item_name", "stock_uom"]).then(({ message }) => {
			const row = frappe.get_doc(cdt, cdn);
			// The user may have chosen another item meanwhile.
			if (row?.item_code !== item_code || !message) return;
			frappe.model.set_value(cdt, cdn, {
				description: message.item_name,
				uom: message.stock_uom,
			});
		});
	},
});

function company_currency(frm) {
	return frappe.get_doc(":Company", frm.doc.company)?.default_currency;
}

/** What the server will take from the project, for the form to show before it is saved. */
function set_project_values(frm) {
	const project = frm.doc.presales_project;
	if (!project) return;
	frappe.db
		.get_value("Presales Project", project, [
			"company",
			"project_title",
			"currency",
			"conversion_rate",
		])
		.then(({ message }) => {
			if (frm.doc.presales_project === project && message) frm.set_value(message);
		});
}

function add_fill_button(frm) {
	const grid = frm.get_field("lines").grid;
	const label = __("Fill from Solution");
	grid.add_custom_button(label, () => fill(frm));
	grid.custom_buttons[label].toggleClass(
		"hidden",
		frm.doc.docstatus !== 0 || !frm.doc.presales_solution
	);
}

/** A line for each thing that the solution needs; of those that are there already the quantity follows. */
function fill(frm) {
	const solution = frm.doc.presales_solution;
	return frappe.xcall("presales_mgmt.api.get_equipment_to_cost", { solution }).then((needed) => {
		if (frm.doc.presales_solution !== solution) return;
		const key = (row) =>
			JSON.stringify([row.item_code || "", row.description || "", row.uom || ""]);
		// The grid of a new form begins with an empty row.
		for (const row of [...(frm.doc.lines || [])]) {
			const empty = !row.item_code && !row.description && !row.activity_type;
			if (empty) frappe.model.clear_doc(row.doctype, row.name);
		}
		const named = new Map((frm.doc.lines || []).map((row) => [key(row), row]));
		let changed = 0;
		for (const row of needed) {
			const line = named.get(key(row));
			if (line && flt(line.qty) === row.qty) continue;
			if (line) line.qty = row.qty;
			else frm.add_child("lines", row);
			changed++;
		}
		if (changed) frm.dirty();
		frm.refresh_field("lines");
		show_figures(frm);
		frappe.show_alert(
			changed
				? __("Lines added or changed: {0}", [changed])
				: __("All equipment of the solution is there already.")
		);
	});
}

/** Another person or activity has another rate; saving takes it from Activity Cost. */
function forget_rate(frm, cdt, cdn) {
	frappe.model.set_value(cdt, cdn, "unit_cost", 0);
}

/** As the server computes them (rules/costing.py). */
function show_figures(frm) {
	if (frm.doc.docstatus !== 0) return;
	const digits = precision("total_cost", frm.doc);
	const rate = flt(frm.doc.conversion_rate) || 1;
	const rows = frm.doc.lines || [];
	for (const row of rows) {
		row.cost_amount = flt(flt(row.qty) * flt(row.unit_cost), digits);
		row.selling_amount = flt(flt(row.qty) * flt(row.selling_price), digits);
		row.base_selling_price = flt(flt(row.selling_price) * rate, digits);
		row.base_selling_amount = flt(row.selling_amount * rate, digits);
	}
	const priced = rows.some((row) => row.selling_amount);
	for (const row of rows) {
		row.margin = priced ? flt(row.base_selling_amount - row.cost_amount, digits) : 0;
		row.margin_percent = percent(row.margin, row.base_selling_amount);
	}
	const sum = (fieldname, kind) =>
		flt(
			rows
				.filter((row) => !kind || row.cost_kind === kind)
				.reduce((total, row) => total + row[fieldname], 0),
			digits
		);
	const values = Object.fromEntries(
		Object.entries(KINDS).map(([kind, fieldname]) => [fieldname, sum("cost_amount", kind)])
	);
	values.lines_cost = sum("cost_amount");
	values.total_cost = flt(values.lines_cost + flt(frm.doc.risk_reserve), digits);
	values.selling_total = sum("selling_amount");
	values.base_selling_total = sum("base_selling_amount");
	values.margin = priced ? flt(values.base_selling_total - values.total_cost, digits) : 0;
	values.margin_percent = percent(values.margin, values.base_selling_total);
	values.markup_percent = percent(values.margin, values.total_cost);
	frm.set_value(values);
	frm.refresh_field("lines");
}

function percent(part, whole) {
	return flt(whole) ? flt((part / whole) * 100, 2) : 0;
}

// ------------------------------------------------------------------------------------ what comes next

function say_what_is_next(frm) {
	frm.set_intro();
	if (frm.doc.docstatus === 0 && !frm.is_new() && !frm.perm[0].submit) {
		frm.set_intro(
			__("The estimate is submitted by a finance reviewer on the team of the project."),
			"blue"
		);
	}
	if (frm.doc.risk_reserve !== frm.doc.register_exposure) {
		frm.set_intro(
			__("The reserve differs from what the risk register came to: {0}.", [
				format_currency(frm.doc.register_exposure, company_currency(frm)),
			]),
			"orange"
		);
	}
}

/** Another version may have become current since; a draft is submitted with the current one only. */
function say_when_solution_is_old(frm) {
	const solution = frm.doc.presales_solution;
	if (!solution || frm.is_new() || !["Draft", "Current"].includes(frm.doc.status)) return;
	frappe.db.get_value("Presales Solution", solution, "status").then(({ message }) => {
		if (frm.doc.presales_solution !== solution) return;
		if (!message?.status || message.status === "Current") return;
		const status = __(message.status, null, "Presales Solution");
		frm.set_intro(
			__("The solution that is costed is not the current one: {0}", [status]),
			"orange"
		);
	});
}

function add_buttons(frm) {
	if (frm.is_new()) return;
	frm.add_custom_button(__("Project"), () =>
		frappe.set_route("Form", "Presales Project", frm.doc.presales_project)
	);
	frm.add_custom_button(__("What If"), () => {
		if (frm.is_dirty()) {
			frappe.show_alert({ message: __("Save your changes first."), indicator: "orange" });
			return;
		}
		ask_what_if(frm);
	});
	if (frm.doc.docstatus === 0 && frm.perm[0].write) {
		frm.add_custom_button(__("Take Risk Reserve from Register"), () => take_reserve(frm));
	}
	if (frm.doc.status === "Current" && frappe.model.can_create("Presales Review")) {
		frm.add_custom_button(__("Request Review"), () =>
			frappe.new_doc("Presales Review", {
				presales_project: frm.doc.presales_project,
				review_kind: "Cost",
				subject: `${__("Cost Estimate")}: ${frm.doc.project_title}`,
				reviewed_doctype: frm.doctype,
				reviewed_document: frm.doc.name,
			})
		);
	}
}

function take_reserve(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save your changes first."), indicator: "orange" });
		return;
	}
	frappe
		.xcall("presales_mgmt.api.take_risk_reserve", { estimate: frm.doc.name })
		.then(() => frm.reload_doc());
}

/** The offer follows from the approved estimate. */
function add_quotation(frm) {
	if (!frappe.model.can_create("Quotation") || !frm.doc.selling_total) return;
	frm.add_custom_button(
		__("Quotation"),
		() =>
			frappe.model.open_mapped_doc({
				method: "presales_mgmt.offering.make_quotation",
				frm,
			}),
		__("Create")
	);
}

function show_approval(frm) {
	if (frm.is_new()) return;
	const name = frm.doc.name;
	frappe
		.xcall("presales_mgmt.api.get_estimate_approvals", { estimates: JSON.stringify([name]) })
		.then((approvals) => {
			const approval = approvals[name];
			if (frm.doc.name !== name || !approval?.review) return;
			if (approval.approved) {
				frm.dashboard.add_indicator(__("Approved by {0}", [approval.review]), "green");
				add_quotation(frm);
				return;
			}
			const text = approval.fault || __(approval.review_status, null, "Presales Review");
			frm.dashboard.add_indicator(
				`${approval.review}: ${frappe.utils.escape_html(text)}`,
				approval.fault ? "orange" : "blue"
			);
		});
}

// -------------------------------------------------------------------------------------------- what if

/** A price by discount or by margin, computed by the server at every change; nothing is saved. */
function ask_what_if(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("What If"),
		size: "extra-large",
		fields: [
			{
				fieldname: "by",
				fieldtype: "Select",
				label: __("Asked By"),
				options: [
					{ value: "margin_percent", label: __("Margin (% of the Price)") },
					{ value: "discount_percent", label: __("Discount (%)") },
				],
				default: frm.doc.selling_total ? "discount_percent" : "margin_percent",
				change: () => ask(),
			},
			{ fieldname: "column_break_1", fieldtype: "Column Break" },
			{
				fieldname: "percent",
				fieldtype: "Float",
				label: __("Percent"),
				precision: 2,
				default: frm.doc.selling_total ? 0 : 20,
			},
			{ fieldname: "section_break_1", fieldtype: "Section Break" },
			{ fieldname: "figures", fieldtype: "HTML" },
		],
	});
	const { $input } = dialog.get_field("percent");
	const show = (content) => dialog.get_field("figures").$wrapper.empty().append(content);
	let asked = 0;
	const ask = frappe.utils.debounce(() => {
		const number = ++asked;
		// An earlier answer may come later.
		const if_latest = (content) => number === asked && show(content);
		frappe.call({
			method: "presales_mgmt.api.preview_price",
			type: "GET",
			args: { estimate: frm.doc.name, [dialog.get_value("by")]: flt($input.val()) },
			error_handlers: {
				CostingError: (response) => if_latest(refusal(response)),
				OutOfRangeError: (response) => if_latest(refusal(response)),
			},
			callback: ({ message }) => if_latest(figures(message)),
		});
	}, 300);
	dialog.show();
	// A field tells of a change when it is left; the figures follow the typing.
	$input.on("input", ask);
	ask();
}

/** The server's messages; their text comes escaped. */
function refusal(response) {
	const box = $('<div class="text-danger" role="alert"></div>');
	for (const message of JSON.parse(response._server_messages || "[]")) {
		const text = JSON.parse(message).message;
		box.append($("<div></div>").html(frappe.utils.xss_sanitise(text, { strategies: ["js"] })));
	}
	return box;
}

function figures(preview) {
	const foreign = preview.currency !== preview.company_currency;
	const own = (value) => format_currency(value, preview.company_currency);
	const theirs = (value) => format_currency(value, preview.currency);
	const columns = [
		...(foreign
			? [
					[__("Price ({0})", [preview.currency]), (row) => theirs(row.price)],
					[__("Discount ({0})", [preview.currency]), (row) => theirs(row.discount)],
					[__("Margin ({0})", [preview.currency]), (row) => theirs(row.margin)],
				]
			: []),
		[__("Price ({0})", [preview.company_currency]), (row) => own(row.base_price)],
		[__("Discount ({0})", [preview.company_currency]), (row) => own(row.base_discount)],
		[__("Discount (%)"), (row) => format_number(row.discount_percent, null, 2)],
		[__("Cost ({0})", [preview.company_currency]), (row) => own(row.base_cost)],
		[__("Margin ({0})", [preview.company_currency]), (row) => own(row.base_margin)],
		[__("Margin (% of the Price)"), (row) => format_number(row.margin_percent, null, 2)],
	];
	const table = $('<table class="table table-sm"></table>');
	const head = $("<tr></tr>").append($('<th scope="col"></th>').text(__("Description")));
	for (const [label] of columns) {
		head.append($('<th scope="col" class="text-right"></th>').text(label));
	}
	table.append($("<thead></thead>").append(head));
	const line = (label, row) => {
		const tr = $("<tr></tr>").append($('<th scope="row"></th>').text(label));
		for (const [, value] of columns) {
			const negative = value(row).trim().startsWith("-");
			$('<td class="text-right"></td>')
				.toggleClass("text-danger", negative)
				.text(value(row))
				.appendTo(tr);
		}
		return tr;
	};
	const body = $("<tbody></tbody>");
	for (const row of preview.lines) body.append(line(`${row.idx}. ${row.description}`, row));
	table.append(body, $("<tfoot></tfoot>").append(line(__("Total"), preview.total)));
	return $('<div class="table-responsive"></div>').append(
		table,
		$('<div class="text-muted small"></div>').text(
			__(
				"The cost of the total includes the risk reserve of {0}, that of the lines does not.",
				[own(preview.base_risk_reserve)]
			)
		)
	);
}
