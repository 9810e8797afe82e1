frappe.ui.form.on("Presales Cost Entry", {
	refresh(frm) {
		frm.disable_save();
	},
});
