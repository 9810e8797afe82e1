import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet

# Parent, name, root type, account type; a parent of None makes a root. Names are those of a standard chart.
_ACCOUNTS = (
	(None, "Application of Funds (Assets)", "Asset", None),
	("Application of Funds (Assets)", "Debtors", "Asset", "Receivable"),
	("Application of Funds (Assets)", "Cash", "Asset", "Cash"),
	("Application of Funds (Assets)", "Bank", "Asset", "Bank"),
	(None, "Source of Funds (Liabilities)", "Liability", None),
	("Source of Funds (Liabilities)", "Creditors", "Liability", "Payable"),
	("Source of Funds (Liabilities)", "VAT", "Liability", "Tax"),
	(None, "Income", "Income", None),
	("Income", "Sales", "Income", "Income Account"),
	("Income", "Service", "Income", "Income Account"),
	(None, "Expenses", "Expense", None),
	("Expenses", "Cost of Goods Sold", "Expense", "Cost of Goods Sold"),
	("Expenses", "Administrative Expenses", "Expense", "Expense Account"),
	("Expenses", "Travel Expenses", "Expense", "Expense Account"),
	("Expenses", "Marketing Expenses", "Expense", "Expense Account"),
	("Expenses", "Entertainment Expenses", "Expense", "Expense Account"),
	("Expenses", "Round Off", "Expense", "Round Off"),
	("Expenses", "Write Off", "Expense", "Expense Account"),
	("Expenses", "Exchange Gain/Loss", "Expense", "Expense Account"),
)
_DEFAULT_ACCOUNTS = {
	"default_receivable_account": "Debtors",
	"default_payable_account": "Creditors",
	"default_cash_account": "Cash",
	"default_income_account": "Sales",
	"default_expense_account": "Cost of Goods Sold",
	"round_off_account": "Round Off",
	"write_off_account": "Write Off",
	"exchange_gain_loss_account": "Exchange Gain/Loss",
}
_DEPARTMENTS = (
	"Accounts",
	"Marketing",
	"Sales",
	"Purchase",
	"Operations",
	"Production",
	"Dispatch",
	"Customer Service",
	"Human Resources",
	"Management",
	"Quality Management",
	"Research & Development",
	"Legal",
)


class Company(NestedSet):
	nsm_parent_field = "parent_company"

	def validate(self):
		self.validate_abbr()
		self.validate_parent_company()

	def on_update(self):
		super().on_update()
		if not frappe.db.exists("Account", {"company": self.name}):
			self.create_default_accounts()
			self.create_default_warehouses()
		if not frappe.db.exists("Cost Center", {"company": self.name, "is_group": 0}):
			self.create_default_cost_center()
		if not frappe.db.exists("Department", {"company": self.name}):
			self.create_default_departments()
		frappe.db.set_value("Currency", self.default_currency, "enabled", 1)
		frappe.clear_cache()

	def validate_abbr(self):
		"""The abbreviation is there and this company's only; by default the initials of the name."""
		initials = "".join(word[0] for word in self.company_name.split())
		self.abbr = (self.abbr or initials.upper()).strip()
		if frappe.db.exists("Company", {"abbr": self.abbr, "name": ["!=", self.name]}):
			frappe.throw(_("Abbreviation already used for another company"))

	def validate_parent_company(self):
		"""The parent company is a group."""
		if self.parent_company and not frappe.db.get_value("Company", self.parent_company, "is_group"):
			frappe.throw(_("Parent Company must be a group company"))

	def create_default_accounts(self):
		"""Make a small chart of accounts and set the company's accounts."""
		names = {}
		for parent, account_name, root_type, account_type in _ACCOUNTS:
			account = frappe.get_doc(
				{
					"doctype": "Account",
					"account_name": account_name,
					"company": self.name,
					"parent_account": names.get(parent),
					"is_group": int(parent is None),
					"root_type": root_type,
					"account_type": account_type,
					"account_currency": self.default_currency,
				}
			)
			account.flags.ignore_mandatory = True
			names[account_name] = account.insert(ignore_permissions=True).name
		self.db_set({field: names[account] for field, account in _DEFAULT_ACCOUNTS.items()})

	def create_default_warehouses(self):
		"""Make a root warehouse and one for stores."""
		parent = None
		for name in ("All Warehouses", "Stores"):
			warehouse = frappe.get_doc(
				{
					"doctype": "Warehouse",
					"warehouse_name": name,
					"company": self.name,
					"is_group": int(parent is None),
					"parent_warehouse": parent,
				}
			)
			parent = warehouse.insert(ignore_permissions=True).name

	def create_default_cost_center(self):
		"""Make a root cost center and the main one, and set it as the company's."""
		root = None
		for name, is_group in ((self.name, 1), ("Main", 0)):
			cost_center = frappe.get_doc(
				{
					"doctype": "Cost Center",
					"cost_center_name": name,
					"company": self.name,
					"is_group": is_group,
					"parent_cost_center": root,
				}
			)
			cost_center.flags.ignore_mandatory = True
			root = cost_center.insert(ignore_permissions=True).name
		self.db_set({"cost_center": root, "round_off_cost_center": root})

	def create_default_departments(self):
		"""Make the standard departments under the one root of all companies."""
		root = "All Departments"
		if not frappe.db.exists("Department", root):
			doc = frappe.get_doc({"doctype": "Department", "department_name": root, "is_group": 1})
			doc.flags.ignore_mandatory = True
			doc.insert(ignore_permissions=True)
		for name in _DEPARTMENTS:
			frappe.get_doc(
				{
					"doctype": "Department",
					"department_name": name,
					"company": self.name,
					"parent_department": root,
				}
			).insert(ignore_permissions=True)
