// Of a project's quotations only the current version stands; ERPNext's own colour would say that all are open.
(() => {
	const settings = (frappe.listview_settings["Quotation"] =
		frappe.listview_settings["Quotation"] || {});
	const of_erpnext = settings.get_indicator;
	settings.add_fields = [...(settings.add_fields || []), "presales_version_status"];
	settings.get_indicator = (doc) =>
		doc.presales_version_status === "Superseded" && doc.status !== "Lost"
			? [
					__("Superseded", null, "Quotation"),
					"darkgrey",
					"presales_version_status,=,Superseded",
				]
			: of_erpnext?.(doc);
})();
