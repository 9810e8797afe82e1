import frappe


def execute(filters=None):
	columns = [
		{"fieldname": "item", "fieldtype": "Link", "options": "Fixture Item", "label": "Item"},
		{"fieldname": "amount", "fieldtype": "Currency", "label": "Amount"},
	]
	rows = frappe.get_list(
		"Fixture Item", filters=filters, fields=["name as item", "amount"], order_by="name"
	)
	return columns, rows
