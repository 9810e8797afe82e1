frappe.listview_settings["Presales Cost Estimate"] = {
	add_fields: ["status", "version_number"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	// Whether a version is approved follows from its reviews, and is asked once for the page.
	refresh(listview) {
		const current = (listview.data || []).filter((doc) => doc.status === "Current");
		if (!current.length) return;
		frappe
			.xcall("presales_mgmt.api.get_estimate_approvals", {
				estimates: JSON.stringify(current.map((doc) => doc.name)),
			})
			.then((approvals) => {
				const approved = current.filter((doc) => approvals[doc.name]?.approved);
				for (const doc of approved) doc.is_approved = true;
				if (approved.length) listview.render_list();
			});
	},

	get_indicator(doc) {
		const colours = {
			Draft: "gray",
			Current: "blue",
			Superseded: "darkgrey",
			Withdrawn: "red",
		};
		const label = doc.is_approved
			? __("Current, Approved")
			: __(doc.status, null, "Presales Cost Estimate");
		return [
			label,
			doc.is_approved ? "green" : colours[doc.status] || "gray",
			`status,=,${doc.status}`,
		];
	},
};
