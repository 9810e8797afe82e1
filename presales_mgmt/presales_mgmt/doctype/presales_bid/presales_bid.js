const OPEN_STATUSES = ["Preparing", "Submitted", "Opened"];
const BOND_SETTLED = ["Paid", "Returned", "Forfeited"];
// How many days before a date the form warns.
const SOON = 7;
// Date -> in which statuses somebody has to do something about it.
const WATCHED = {
	questions_until: ["Preparing"],
	site_visit: ["Preparing"],
	submission_deadline: ["Preparing"],
	opening: ["Preparing", "Submitted"],
};
const ON_SUBMISSION = [
	"tender_title",
	"tender_number",
	"tenderer",
	"tender_agency",
	"bid_kind",
	"documents_bought_on",
	"questions_until",
	"site_visit",
	"submission_deadline",
	"evaluation_method",
	"technical_weight",
	"commercial_weight",
	"price_weight",
	"price_limit",
	"bid_price",
	"envelope",
];
const ON_RESULT = ["opening", "clarifications", "bidders"];
const ON_PAYMENT = ["bond_amount", "bond_currency", "bond_conversion_rate", "bond_kind"];

frappe.ui.form.on("Presales Bid", {
	setup(frm) {
		frm.set_query("presales_project", () => ({
			filters: { status: ["not in", ["Lost", "Abandoned", "Closed"]] },
		}));
		frm.set_query("responsible", "envelope", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		lock_fields(frm);
		show_wording(frm);
		if (frm.is_new() || frm.is_dirty()) return;
		show_bid_buttons(frm);
		show_bond_buttons(frm);
	},
});

/** What the server refuses to change is not offered for changing. */
function lock_fields(frm) {
	const { status, bond_status } = frm.doc;
	const lock = (fieldnames, locked) =>
		fieldnames.forEach((name) => frm.set_df_property(name, "read_only", locked ? 1 : 0));
	lock(ON_SUBMISSION, status && status !== "Preparing");
	lock(ON_RESULT, status && !OPEN_STATUSES.includes(status));
	lock(ON_PAYMENT, BOND_SETTLED.includes(bond_status));
	lock(["bond_due_back"], ["Returned", "Forfeited"].includes(bond_status));
}

// -------------------------------------------------------------------------------------------- wording

function show_wording(frm) {
	frm.set_intro();
	if (frm.is_new()) {
		frm.set_intro(
			__("The tenderer is the customer of the project, unless another one is named."),
			"blue"
		);
		return;
	}
	const today = frappe.datetime.get_today();
	const warnings = [];
	for (const [fieldname, statuses] of Object.entries(WATCHED)) {
		if (statuses.includes(frm.doc.status)) warnings.push(warning_of(frm, fieldname, today));
	}
	if (frm.doc.bond_status === "Paid") warnings.push(warning_of(frm, "bond_due_back", today));
	if (frm.doc.bond_status === "To Be Paid" && OPEN_STATUSES.includes(frm.doc.status)) {
		warnings.push({ text: __("The bond is not paid yet."), late: false });
	}
	const shown = warnings.filter(Boolean);
	if (!shown.length) return;
	frm.set_intro(
		shown.map(({ text }) => text).join(" "),
		shown.some(({ late }) => late) ? "orange" : "blue"
	);
}

/** A line about a date that is near or past; nothing about one that is far off. */
function warning_of(frm, fieldname, today) {
	const value = frm.doc[fieldname];
	if (!value) return null;
	const label = __(frm.get_field(fieldname).df.label, null, frm.doctype);
	const shown = frappe.datetime.str_to_user(value);
	const days = frappe.datetime.get_day_diff(value.slice(0, 10), today);
	const past = value.length > 10 ? value < frappe.datetime.now_datetime() : days < 0;
	if (past) {
		// A visit or a date for questions that is past asks for nothing.
		if (["questions_until", "site_visit"].includes(fieldname)) return null;
		return { text: __("{0} is past: {1}.", [label, shown]), late: true };
	}
	if (days > SOON) return null;
	return { text: __("{0} in {1} days: {2}.", [label, days, shown]), late: days <= 1 };
}

// ------------------------------------------------------------------------------------------- the bid

function show_bid_buttons(frm) {
	const { status } = frm.doc;
	show_item_button(frm);
	if (!frm.perm[0]?.write) return;
	if (status === "Preparing") {
		primary(frm, __("Bid Submitted"), () => submit_bid(frm));
	} else if (status === "Submitted") {
		primary(frm, __("Bids Opened"), () => call(frm, "presales_mgmt.api.open_bid"));
	}
	const results = __("Result");
	if (status === "Opened") {
		frm.add_custom_button(__("Won", null, frm.doctype), () => ask_won(frm), results);
		frm.add_custom_button(__("Lost", null, frm.doctype), () => ask_lost(frm), results);
	}
	if (OPEN_STATUSES.includes(status)) {
		for (const result of ["Failed", "Withdrawn"]) {
			frm.add_custom_button(
				__(result, null, frm.doctype),
				() =>
					ask_reason(
						frm,
						__(result, null, frm.doctype),
						"presales_mgmt.api.conclude_bid",
						{ result }
					),
				results
			);
		}
	}
	// The server asks for the director of the project.
	if (!["Preparing", "Opened"].includes(status) && frappe.user.has_role("Presales Director")) {
		frm.add_custom_button(__("Open Again"), () =>
			ask_reason(frm, __("Open Again"), "presales_mgmt.api.reopen_bid")
		);
	}
}

/** Whoever is responsible for an item of the envelope marks it, without the right to edit the bid. */
function show_item_button(frm) {
	if (frm.doc.status !== "Preparing") return;
	const rows = (frm.doc.envelope || []).filter(
		(row) => !row.done && (row.responsible === frappe.session.user || frm.perm[0]?.write)
	);
	if (!rows.length) return;
	frm.add_custom_button(__("Item Done"), () =>
		frappe.prompt(
			[
				{
					fieldname: "item",
					fieldtype: "Select",
					label: __("Item", null, "Presales Bid Envelope Item"),
					options: rows.map((row) => ({ value: row.name, label: row.item })),
					default: rows[0].name,
					reqd: 1,
				},
			],
			({ item }) => call(frm, "presales_mgmt.api.mark_bid_item", { item, done: true }),
			__("Item Done"),
			__("Done")
		)
	);
}

function submit_bid(frm) {
	const deadline = frm.doc.submission_deadline;
	if (deadline && deadline < frappe.datetime.now_datetime()) {
		frappe.prompt(
			[
				{
					fieldname: "late_reason",
					fieldtype: "Small Text",
					label: __("Reason for Late Submission", null, frm.doctype),
					reqd: 1,
				},
			],
			(values) => call(frm, "presales_mgmt.api.submit_bid", values),
			__("Bid Submitted"),
			__("Bid Submitted")
		);
		return;
	}
	frappe.confirm(__("Was the bid handed in? Afterwards it cannot be changed any more."), () =>
		call(frm, "presales_mgmt.api.submit_bid")
	);
}

function ask_won(frm) {
	const ours = (frm.doc.bidders || []).find((row) => row.is_ourselves);
	frappe.prompt(
		[
			price_field(frm, ours ? ours.price : frm.doc.bid_price),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason") },
		],
		(values) => call(frm, "presales_mgmt.api.conclude_bid", { result: "Won", ...values }),
		__("Won", null, frm.doctype),
		__("Won", null, frm.doctype)
	);
}

function ask_lost(frm) {
	const first = (frm.doc.bidders || []).find((row) => row.rank === 1 && row.competitor);
	frappe.prompt(
		[
			{
				fieldname: "winner",
				fieldtype: "Link",
				options: "Competitor",
				label: __("Winner", null, frm.doctype),
				default: first?.competitor,
			},
			price_field(frm, first?.price),
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		(values) => call(frm, "presales_mgmt.api.conclude_bid", { result: "Lost", ...values }),
		__("Lost", null, frm.doctype),
		__("Lost", null, frm.doctype)
	);
}

function price_field(frm, value) {
	return {
		fieldname: "winning_price",
		fieldtype: "Float",
		label: __("Winning Price ({0})", [frm.doc.currency]),
		default: value,
	};
}

// ------------------------------------------------------------------------------------------- the bond

function show_bond_buttons(frm) {
	const group = __("Bid Bond");
	const { bond_status, bond_kind } = frm.doc;
	const finance = frm.perm[0]?.write || frappe.user.has_role("Presales Finance Reviewer");
	if (!finance) return;
	if (bond_status === "To Be Paid") {
		frm.add_custom_button(__("Bond Paid"), () => ask_paid(frm), group);
		if (bond_kind !== "Bank Guarantee" && frappe.model.can_create("Payment Entry")) {
			frm.add_custom_button(__("Make Payment"), () => make_payment(frm, "Pay"), group);
		}
		if (bond_kind !== "Bank Transfer" && frappe.model.can_create("Bank Guarantee")) {
			frm.add_custom_button(__("Make Guarantee"), () => make_guarantee(frm), group);
		}
	}
	if (bond_status === "Paid") {
		frm.add_custom_button(__("Bond Returned"), () => ask_returned(frm), group);
		frm.add_custom_button(
			__("Bond Forfeited"),
			() => ask_reason(frm, __("Bond Forfeited"), "presales_mgmt.api.forfeit_bid_bond"),
			group
		);
		if (bond_kind === "Bank Transfer" && frappe.model.can_create("Payment Entry")) {
			frm.add_custom_button(__("Make Return"), () => make_payment(frm, "Receive"), group);
		}
	}
}

function ask_paid(frm) {
	const fields = [];
	if (frm.doc.bond_kind !== "Bank Guarantee") {
		fields.push(payment_field(frm, "Pay"));
	}
	if (frm.doc.bond_kind !== "Bank Transfer") {
		fields.push({
			fieldname: "bank_guarantee",
			fieldtype: "Link",
			options: "Bank Guarantee",
			label: __("Bank Guarantee"),
			get_query: () => ({ filters: { docstatus: 1, bg_type: "Providing" } }),
		});
	}
	fields.push({
		fieldname: "due_back",
		fieldtype: "Date",
		label: __("Bond Due Back", null, frm.doctype),
		default: frm.doc.bond_due_back,
	});
	frappe.prompt(
		fields,
		(values) => call(frm, "presales_mgmt.api.pay_bid_bond", values),
		__("Bond Paid"),
		__("Bond Paid")
	);
}

function ask_returned(frm) {
	const by_transfer = frm.doc.bond_kind === "Bank Transfer";
	frappe.prompt(
		[
			by_transfer
				? { ...payment_field(frm, "Receive"), reqd: 1 }
				: {
						fieldname: "returned_on",
						fieldtype: "Date",
						label: __("Bond Returned On", null, frm.doctype),
						default: frappe.datetime.get_today(),
						reqd: 1,
					},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: by_transfer ? __("Reason, if less came back") : __("Remarks"),
			},
		],
		(values) => call(frm, "presales_mgmt.api.return_bid_bond", values),
		__("Bond Returned"),
		__("Bond Returned")
	);
}

function payment_field(frm, payment_type) {
	return {
		fieldname: "payment_entry",
		fieldtype: "Link",
		options: "Payment Entry",
		label: __("Payment Entry"),
		get_query: () => ({ filters: { docstatus: 1, payment_type, company: frm.doc.company } }),
	};
}

function make_payment(frm, payment_type) {
	const { company, tenderer, tender_agency } = frm.doc;
	frappe.new_doc("Payment Entry", {
		payment_type,
		company,
		party_type: tender_agency ? "Supplier" : "Customer",
		party: tender_agency || tenderer,
	});
}

function make_guarantee(frm) {
	const { tenderer, tenderer_name, bond_amount } = frm.doc;
	frappe.new_doc("Bank Guarantee", {
		bg_type: "Providing",
		customer: tenderer,
		name_of_beneficiary: tenderer_name,
		amount: bond_amount,
	});
}

// --------------------------------------------------------------------------------------------- common

function primary(frm, label, action) {
	frm.add_custom_button(label, action);
	frm.change_custom_button_type(label, null, "primary");
}

function ask_reason(frm, title, method, args = {}) {
	frappe.prompt(
		[{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		({ reason }) => call(frm, method, { ...args, reason }),
		title,
		title
	);
}

function call(frm, method, args = {}) {
	frappe.xcall(method, { name: frm.doc.name, ...args }).then(() => frm.reload_doc());
}
