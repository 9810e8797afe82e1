def get_data():
	"""Return the connections of a lead."""
	return {
		"fieldname": "lead",
		"non_standard_fieldnames": {"Quotation": "party_name", "Opportunity": "party_name"},
		"dynamic_links": {"party_name": ["Lead", "quotation_to"]},
		"transactions": [{"items": ["Opportunity", "Quotation", "Prospect"]}],
	}
