frappe.ui.form.on("Presales Settings", {
	setup(frm) {
		frm.set_query("default_process", () => ({
			filters: [
				["enabled", "=", 1],
				["only_for_company", "in", [""]],
			],
		}));
		frm.set_query("default_process", "companies", (_doc, cdt, cdn) => ({
			filters: [
				["enabled", "=", 1],
				["only_for_company", "in", ["", frappe.get_doc(cdt, cdn).company || ""]],
			],
		}));
	},

	refresh(frm) {
		show_dimension(frm);
	},
});

/** Whether the general ledger is to name the project, too; for those who may make dimensions. */
function show_dimension(frm) {
	if (!frm.perm[0].write || !frappe.model.can_create("Accounting Dimension")) return;
	frappe.xcall("presales_mgmt.api.get_accounting_dimension").then((name) => {
		const label = name ? __("Remove Accounting Dimension") : __("Make Accounting Dimension");
		const text = name
			? __(
					"Remove Presales Project from the accounting dimensions? The general ledger loses the projects that were booked."
				)
			: __(
					"Make Presales Project an accounting dimension? The general ledger then names the project of what is submitted from now on."
				);
		const method = name ? "remove_accounting_dimension" : "enable_accounting_dimension";
		frm.add_custom_button(label, () =>
			frappe.confirm(text, () =>
				frappe.xcall(`presales_mgmt.api.${method}`).then(() => frm.reload_doc())
			)
		);
	});
}
