const LEVEL_COLOURS = { Low: "green", Medium: "yellow", High: "orange", Extreme: "red" };
// As in rules/risk.py.
const PROBABILITIES = { 1: 0.1, 2: 0.3, 3: 0.5, 4: 0.7, 5: 0.9 };
const BAND_FIELDS = ["low_risk_max", "medium_risk_max", "high_risk_max"];

frappe.ui.form.on("Presales Risk", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("risk_owner", () => ({ filters: { enabled: 1, user_type: "System User" } }));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.risk_owner) frm.set_value("risk_owner", frappe.session.user);
	},

	refresh(frm) {
		get_bands().then((bands) => {
			frm.risk_bands = bands;
			show_matrix(frm);
		});
	},

	probability: show_scores,
	impact: show_scores,
	residual_probability: show_scores,
	residual_impact: show_scores,
	impact_amount: show_scores,
	status: show_scores,
});

/** The highest scores of low, medium and high, or null for those who may not read the settings. */
function get_bands() {
	if (frappe.boot.presales_risk_bands) return Promise.resolve(frappe.boot.presales_risk_bands);
	if (!frappe.model.can_read("Presales Settings")) return Promise.resolve(null);
	return frappe.model
		.with_doc("Presales Settings", "Presales Settings")
		.then((settings) => settings && BAND_FIELDS.map((fieldname) => cint(settings[fieldname])));
}

function level(bands, score) {
	if (!bands) return null;
	const index = bands.findIndex((highest) => score <= highest);
	return Object.keys(LEVEL_COLOURS)[index < 0 ? 3 : index];
}

function on_scale(value) {
	return value >= 1 && value <= 5;
}

function show_scores(frm) {
	const { probability, impact, residual_probability, residual_impact } = frm.doc;
	const score = (first, second) => (on_scale(first) && on_scale(second) ? first * second : 0);
	const inherent = score(probability, impact);
	const residual = score(residual_probability, residual_impact);
	const current = residual || inherent;
	const chance =
		frm.doc.status === "Occurred"
			? 1
			: PROBABILITIES[residual_probability || probability] || 0;
	const values = {
		inherent_score: inherent,
		residual_score: residual,
		current_score: current,
		expected_exposure: flt(frm.doc.impact_amount) * chance,
	};
	if (frm.risk_bands) {
		values.inherent_level = inherent ? level(frm.risk_bands, inherent) : "";
		values.current_level = current ? level(frm.risk_bands, current) : "";
	}
	frm.set_value(values);
	show_matrix(frm);
}

function show_matrix(frm) {
	const column = frm.get_field("inherent_level").$wrapper.parent();
	column.find(".presales-risk-matrix").remove();
	column.append(matrix(frm));
}

function matrix(frm) {
	const { probability, impact, residual_probability, residual_impact } = frm.doc;
	const table = $('<table class="presales-risk-matrix"></table>');
	table.append($("<caption></caption>").text(__("Probability (up) × impact (right)")));
	for (let row = 5; row >= 1; row--) {
		const line = $("<tr></tr>").append($('<th scope="row"></th>').text(row));
		for (let column = 1; column <= 5; column++) {
			const marks = [];
			if (row === probability && column === impact) marks.push(["●", __("Inherent Risk")]);
			if (row === residual_probability && column === residual_impact) {
				marks.push(["○", __("Residual Risk")]);
			}
			const name = level(frm.risk_bands, row * column);
			const cell = $("<td></td>")
				.addClass(name ? `presales-risk-${name.toLowerCase()}` : "")
				.toggleClass("presales-risk-marked", marks.length > 0)
				.attr(
					"title",
					[row * column, name && __(name), ...marks.map((mark) => mark[1])]
						.filter(Boolean)
						.join(", ")
				)
				.text(marks.length ? marks.map((mark) => mark[0]).join(" ") : row * column);
			line.append(cell);
		}
		table.append(line);
	}
	const foot = $("<tr></tr>").append("<td></td>");
	for (let column = 1; column <= 5; column++)
		foot.append($('<th scope="col"></th>').text(column));
	table.append(foot);
	const legend = [`● ${__("Inherent Risk")}`, `○ ${__("Residual Risk")}`];
	return $('<div class="presales-risk-matrix"></div>').append(
		table,
		$('<div class="text-muted small"></div>').text(legend.join("  "))
	);
}
