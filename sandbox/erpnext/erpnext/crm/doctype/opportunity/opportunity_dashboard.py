def get_data():
	"""Return the connections of an opportunity."""
	return {"fieldname": "opportunity", "transactions": [{"items": ["Quotation"]}]}
