frappe.provide("presales_mgmt");

/**
 * Roles that may be chosen in team and supervisors.
 *
 * The options of a child field are shared by both grids, so each row is given those of its own grid.
 * `roles` is an object: table -> its roles.
 */
presales_mgmt.set_role_options = function (frm, roles) {
	for (const [table, options] of Object.entries(roles)) {
		const grid = frm.fields_dict[table]?.grid;
		for (const row of grid?.grid_rows || []) {
			for (const df of [
				row.docfields?.find((docfield) => docfield.fieldname === "project_role"),
				row.columns?.project_role?.df,
			]) {
				if (df) df.options = options.join("\n");
			}
			row.columns?.project_role?.field?.set_options?.();
		}
	}
};
