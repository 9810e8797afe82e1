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
});
