import frappe
from frappe import _
from frappe.utils import flt

from erpnext.controllers.accounts_controller import AccountsController


class PurchaseInvoice(AccountsController):
	def validate(self):
		self.is_opening = self.is_opening or "No"
		self.company = self.company or frappe.defaults.get_user_default("company")
		super().validate()
		self._validate_expense_account()
		self._set_outstanding_amount()

	def on_submit(self):
		self._update_orders()
		self.update_project()

	def on_cancel(self):
		self._set_outstanding_amount()
		self.db_set({"outstanding_amount": self.outstanding_amount, "status": self.status})
		self._update_orders()
		self.update_project()

	def _update_orders(self):
		"""Write what is billed into the rows of the purchase orders."""
		for name in sorted({row.po_detail for row in self.items if row.po_detail}):
			amounts = frappe.get_all(
				"Purchase Invoice Item",
				{"po_detail": name, "docstatus": 1},
				pluck="amount",
				order_by="name",
			)
			frappe.db.set_value("Purchase Order Item", name, "billed_amt", sum(amounts))
		for name in sorted({row.purchase_order for row in self.items if row.purchase_order}):
			frappe.get_doc("Purchase Order", name).set_status(update=True)

	def set_missing_values(self, for_validate=False):
		"""Fill names, group, accounts and price list that follow from supplier and company."""
		supplier = frappe.get_cached_doc("Supplier", self.supplier)
		self.supplier_name = supplier.supplier_name
		self.supplier_group = self.supplier_group or supplier.supplier_group
		self.currency = self.currency or supplier.default_currency
		self.buying_price_list = (
			self.buying_price_list
			or supplier.default_price_list
			or frappe.db.get_single_value("Buying Settings", "buying_price_list")
		)
		self.credit_to = self.credit_to or frappe.get_cached_value(
			"Company", self.company, "default_payable_account"
		)
		self.party_account_currency = frappe.get_cached_value("Account", self.credit_to, "account_currency")
		super().set_missing_values(for_validate)

	def update_project(self):
		"""Set the purchase cost of the ERPNext projects of the rows."""
		for name in sorted({row.project for row in self.items if row.project}):
			project = frappe.get_doc("Project", name)
			project.update_purchase_costing()
			project.calculate_gross_margin()
			project.db_update()

	def _validate_expense_account(self):
		for row in self.items:
			if not row.expense_account:
				frappe.throw(_("Row {0}: Expense Account is mandatory").format(row.idx))

	def _set_outstanding_amount(self):
		self.outstanding_amount = flt(self.rounded_total or self.grand_total) if self.docstatus < 2 else 0
		self.status = ("Draft", "Unpaid", "Cancelled")[self.docstatus]
