const COVERAGE_COLOURS = { Full: "green", Partial: "yellow", "Not Covered": "gray" };

frappe.ui.form.on("Presales Solution", {
	setup(frm) {
		frm.set_query("presales_project", () => ({ filters: { status: ["!=", "Closed"] } }));
		frm.set_query("responsible", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
		frm.set_query("responsible", "quality_checks", () => ({
			filters: { enabled: 1, user_type: "System User" },
		}));
		frm.set_query("item_code", "equipment", () => ({
			filters: { disabled: 0, has_variants: 0 },
		}));
		frm.set_query("requirement", "coverage", () => ({
			filters: {
				presales_project: frm.doc.presales_project || "",
				status: ["in", ["Analysed", "Confirmed"]],
			},
		}));
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.responsible)
			frm.set_value("responsible", frappe.session.user);
	},

	refresh(frm) {
		frm.set_df_property("presales_project", "read_only", frm.is_new() ? 0 : 1);
		say_which_is_current(frm);
		show_matrix(frm);
		add_fill_button(frm);
		add_buttons(frm);
	},

	presales_project(frm) {
		say_which_is_current(frm);
		add_fill_button(frm);
	},
});

/** Several people may draft; which version counts is said on each that does not. */
function say_which_is_current(frm) {
	frm.set_intro();
	const project = frm.doc.presales_project;
	if (!project || frm.doc.status === "Current") return;
	frappe.db
		.get_list("Presales Solution", {
			filters: { presales_project: project, status: "Current" },
			fields: ["name", "solution_version"],
			limit: 1,
		})
		.then(([current]) => {
			if (frm.doc.presales_project !== project) return;
			frm.set_intro();
			if (!current) {
				if (frm.doc.docstatus === 0) {
					frm.set_intro(
						__(
							"No solution of this project is current. Submitting makes this one current."
						),
						"blue"
					);
				}
				return;
			}
			const link = `<a href="${frappe.utils.get_form_link(
				"Presales Solution",
				current.name
			)}">${frappe.utils.escape_html(current.name)}</a>`;
			const outdated =
				frm.doc.docstatus === 0 &&
				frm.doc.based_on_version &&
				frm.doc.based_on_version !== current.solution_version;
			frm.set_intro(
				outdated
					? __("Made from version {0}; by now version {1} is current: {2}", [
							frm.doc.based_on_version,
							current.solution_version,
							link,
						])
					: __("Version {0} is current: {1}", [current.solution_version, link]),
				outdated ? "orange" : "blue"
			);
		});
}

function add_buttons(frm) {
	if (frm.doc.docstatus === 1 && frm.perm[0].cancel) {
		frm.page.set_secondary_action(__("Withdraw"), () => frm.savecancel());
	}
	if (frm.doc.docstatus !== 0 && frappe.model.can_create("Presales Solution")) {
		frm.add_custom_button(__("New Version"), () =>
			frappe.model.open_mapped_doc({
				method: "presales_mgmt.solutions.make_next_version",
				frm,
			})
		);
	}
	if (frm.doc.status === "Current" && frappe.model.can_create("Presales Cost Estimate")) {
		frm.add_custom_button(__("Cost Estimate"), () =>
			frappe.new_doc("Presales Cost Estimate", {
				presales_project: frm.doc.presales_project,
				presales_solution: frm.doc.name,
			})
		);
	}
	if (frm.doc.status === "Current" && frappe.model.can_create("Presales Review")) {
		frm.add_custom_button(__("Request Review"), () =>
			frappe.new_doc("Presales Review", {
				presales_project: frm.doc.presales_project,
				review_kind: "Solution",
				subject: `${__("Solution", null, "Presales Review")}: ${frm.doc.title}`,
				reviewed_doctype: frm.doctype,
				reviewed_document: frm.doc.name,
			})
		);
	}
}

// ----------------------------------------------------------------------------------------- coverage

function add_fill_button(frm) {
	const grid = frm.get_field("coverage").grid;
	const label = __("Fill from Requirements");
	grid.add_custom_button(label, () => fill(frm));
	grid.custom_buttons[label].toggleClass(
		"hidden",
		frm.doc.docstatus !== 0 || !frm.doc.presales_project
	);
}

/** A row for each requirement that the solution has to answer and does not name yet. */
function fill(frm) {
	const project = frm.doc.presales_project;
	return frappe
		.xcall("presales_mgmt.api.get_requirements_to_cover", { project })
		.then((rows) => {
			if (frm.doc.presales_project !== project) return;
			const named = new Set((frm.doc.coverage || []).map((row) => row.requirement));
			const missing = rows.filter((row) => !named.has(row.requirement));
			for (const row of missing) frm.add_child("coverage", row);
			frm.refresh_field("coverage");
			if (missing.length) frm.dirty();
			frappe.show_alert(
				missing.length
					? __("Requirements added: {0}", [missing.length])
					: __("Every requirement is there already.")
			);
		});
}

/** What was saved last; all text from outside is set as text, never as HTML. */
function show_matrix(frm) {
	const wrapper = frm.get_field("coverage_matrix").$wrapper.empty();
	if (frm.is_new()) return;
	const solution = frm.doc.name;
	frappe.xcall("presales_mgmt.api.get_coverage", { solution }).then((coverage) => {
		if (frm.doc.name === solution) wrapper.empty().append(matrix(coverage));
	});
}

function matrix({ parts, lines, gaps, must_have_gaps }) {
	if (!lines.length) {
		return $('<p class="text-muted"></p>').text(
			__("No requirement of this project is analysed or confirmed yet.")
		);
	}
	const summary = gaps
		? __("Not covered in full: {0}, of these must have: {1}", [gaps, must_have_gaps])
		: __("Every requirement is covered in full.");
	const head = $("<tr></tr>").append(
		[
			__("Requirement"),
			__("Priority"),
			...parts.map((part) => __(part, null, "Presales Solution Coverage")),
			__("Coverage", null, "Presales Solution"),
		].map((label) => $('<th scope="col"></th>').text(label))
	);
	const table = $('<table class="table table-bordered presales-coverage"></table>').append(
		$("<thead></thead>").append(head),
		$("<tbody></tbody>").append(lines.map((line) => matrix_line(parts, line)))
	);
	const colour = must_have_gaps ? "red" : gaps ? "orange" : "green";
	return $("<div></div>").append(
		$("<p></p>").append($("<span></span>").addClass(`indicator ${colour}`).text(summary)),
		$('<div class="table-responsive"></div>').append(table)
	);
}

function matrix_line(parts, line) {
	const name = $("<td></td>").append(
		$("<a></a>")
			.attr("href", frappe.utils.get_form_link("Presales Requirement", line.requirement))
			.text(`${line.requirement} ${line.title}`),
		$('<div class="text-muted small"></div>').text(
			line.is_changed
				? __("Changed since this solution answered it")
				: __(line.status, null, "Presales Requirement")
		)
	);
	const cells = parts.map((part) => {
		const cell = line.cells[part];
		const column = $("<td></td>");
		if (!cell) return column;
		return column.append(
			pill(cell.coverage, COVERAGE_COLOURS[cell.coverage]),
			$('<div class="small"></div>').text(cell.how)
		);
	});
	const colour = line.is_gap
		? line.is_stated
			? "orange"
			: "red"
		: COVERAGE_COLOURS[line.coverage];
	return $("<tr></tr>").append(
		name,
		$("<td></td>").text(__(line.priority, null, "Presales Requirement")),
		cells,
		$("<td></td>").append(pill(line.coverage, colour))
	);
}

function pill(coverage, colour) {
	return $("<span></span>")
		.addClass(`indicator-pill no-indicator-dot ${colour}`)
		.text(__(coverage, null, "Presales Solution Coverage"));
}
