"""Makes what a deal needs before it begins: people, company, departments, customer, products, competitors, partners.

An administrator's duty: `Administrator` makes the system manager of the cast and nothing else; that person
makes the rest. What is there already is used as it is.
"""

from collections.abc import Callable

import frappe
from frappe import _

from presales_mgmt.demo.desk import Desk
from presales_mgmt.demo.errors import DemoError
from presales_mgmt.demo.script import COMPANY, Script, in_language

ADMINISTRATOR = "Administrator"
PRICE_LIST = "Presales Demo"


class Cast:
	"""The cast of `script` on this site. `names` maps "@key" to the record, `made` lists what is new."""

	def __init__(self, script: Script, desk: Desk):
		self.cast = script.cast
		self.desk = desk
		self.names: dict[str, str] = {}
		self.made: list[tuple[str, str]] = []
		self.company: dict = {}
		self.system_manager = self._email(self.cast["administrator"])

	def make(self) -> None:
		"""Make everybody and everything that the site does not have yet."""
		for key in sorted(self.cast["people"], key=lambda key: key != self.cast["administrator"]):
			self._make_person(key)
		self._make_company()
		self._make_departments()
		self._make_price_list()
		self._make_all("competitors", "Competitor", "competitor_name")
		self._make_all("lost_reasons", "Opportunity Lost Reason", "lost_reason")
		self._make_all("lost_reasons", "Quotation Lost Reason", "order_lost_reason")
		self._make_all("customers", "Customer", "customer_name", self._customer)
		self._make_all("products", "Item", "item_code", self._item)
		self._make_all("partners", "Sales Partner", "partner_name", self._partner)

	def _email(self, key: str) -> str:
		return f"{key}@{self.cast['email_domain']}"

	def _text(self, value) -> str:
		return in_language(value, self.desk.lang)

	def _as_who(self, key: str) -> str:
		return ADMINISTRATOR if key == self.cast["administrator"] else self.system_manager

	def _make_person(self, key: str) -> None:
		entry, email = self.cast["people"][key], self._email(key)
		self.names[f"@{key}"] = email
		user = self._as_who(key)
		if self.desk.find(user, "User", {"name": email}):
			return
		self._insert(
			user,
			{
				"doctype": "User",
				"email": email,
				"first_name": self._text(entry["name"]),
				"language": self.desk.lang,
				"user_type": "System User",
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in entry["roles"]],
			},
		)

	def _make_company(self) -> None:
		"""The site's default company if it keeps its books in the deal's currency, else one of our own."""
		wanted, lang = self.cast["company"], self.desk.lang
		default = self.desk.call(
			self.system_manager,
			"frappe.client.get_value",
			doctype="Global Defaults",
			fieldname="default_company",
		)
		found = self._companies({"name": (default or {}).get("default_company") or ""})
		if not found or found[0]["default_currency"] != wanted["currency"]:
			found = self._companies({"name": ["in", list(_translations(wanted["name"]))]})
		if not found:
			# ERPNext looks up departments and accounts by names in the language that the site was set up in.
			with self.desk.speaking(frappe.db.get_default("lang") or "en"):
				self._insert(
					self.system_manager,
					{
						"doctype": "Company",
						"company_name": in_language(wanted["name"], lang),
						"abbr": wanted["abbr"],
						"default_currency": wanted["currency"],
						"country": wanted["country"],
						"create_chart_of_accounts_based_on": "Standard Template",
						"chart_of_accounts": "Standard",
					},
				)
			found = self._companies({"name": self._text(wanted["name"])})
		self.company = found[0]
		self.names[COMPANY] = self.company["name"]

	def _companies(self, filters: dict) -> list[dict]:
		return self.desk.find(self.system_manager, "Company", filters, fields=("name", "default_currency"))

	def _make_departments(self) -> None:
		"""Departments of the company. It may have some of the same name already, for instance Sales."""
		for key, entry in self.cast["departments"].items():
			values = {"department_name": self._text(entry["name"]), "company": self.company["name"]}
			found = self.desk.find(self.system_manager, "Department", values, limit=1)
			if not found:
				found = [self._insert(self.system_manager, {"doctype": "Department", **values})]
			self.names[f"@{key}"] = found[0]["name"]

	def _make_price_list(self) -> None:
		"""A price list in the deal's currency, so that no exchange rate has to be known."""
		if not self.desk.find(self.system_manager, "Price List", {"name": PRICE_LIST}):
			self._insert(
				self.system_manager,
				{
					"doctype": "Price List",
					"price_list_name": PRICE_LIST,
					"currency": self.company["default_currency"],
					"enabled": 1,
					"selling": 1,
				},
			)

	def _make_all(
		self, section: str, doctype: str, name_field: str, more: Callable[[dict], dict] = lambda entry: {}
	) -> None:
		for key, entry in self.cast[section].items():
			values = {name_field: self._text(entry["name"]), **more(entry)}
			found = self.desk.find(self.system_manager, doctype, {name_field: values[name_field]}, limit=1)
			if not found:
				found = [self._insert(self.system_manager, {"doctype": doctype, **values})]
			self.names[f"@{key}"] = found[0]["name"]

	def _customer(self, entry: dict) -> dict:
		return {
			"customer_type": entry.get("type", "Company"),
			"customer_group": self._leaf_of("Customer Group"),
			"territory": self._leaf_of("Territory"),
			"default_price_list": PRICE_LIST,
		}

	def _item(self, entry: dict) -> dict:
		return {
			"item_code": entry["code"],
			"item_name": self._text(entry["name"]),
			"item_group": self._leaf_of("Item Group"),
			"stock_uom": self._unit(entry.get("unit", "Nos")),
			"is_stock_item": 0,
		}

	def _partner(self, entry: dict) -> dict:
		return {"commission_rate": entry.get("commission_rate", 0), "territory": self._leaf_of("Territory")}

	def _leaf_of(self, doctype: str) -> str:
		found = self.desk.find(self.system_manager, doctype, {"is_group": 0}, order_by="name asc", limit=1)
		if not found:
			raise DemoError(_("The site has no {0}: finish the setup wizard first.").format(_(doctype)))
		return found[0]["name"]

	def _unit(self, wanted: str) -> str:
		"""The unit of measure if the site has it, else its first."""
		for filters in ({"name": wanted}, {}):
			found = self.desk.find(self.system_manager, "UOM", filters, order_by="name asc", limit=1)
			if found:
				return found[0]["name"]
		raise DemoError(_("The site has no {0}: finish the setup wizard first.").format(_("UOM")))

	def _insert(self, user: str, doc: dict) -> dict:
		doc = self.desk.insert(user, doc)
		self.made.append((doc["doctype"], doc["name"]))
		return doc


def _translations(value) -> list[str]:
	return list(value.values()) if isinstance(value, dict) else [value]
