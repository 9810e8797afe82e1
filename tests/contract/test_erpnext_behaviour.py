"""The behaviour of ERPNext that Presales Management builds on: statuses, totals, mappings and checks.

The same tests run in the sandbox (on the stand-in) and on a real ERPNext site: where they pass on both, the
stand-in behaves like ERPNext. They need a site with one company. Every test is rolled back.
"""

import erpnext
import frappe
import pytest
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from erpnext.accounts.utils import FiscalYearError, get_fiscal_year
from erpnext.buying.doctype.purchase_order import purchase_order as purchase_order_module
from erpnext.crm.doctype.lead import lead as lead_module
from erpnext.crm.doctype.opportunity import opportunity as opportunity_module
from erpnext.crm.doctype.prospect import prospect as prospect_module
from erpnext.projects.doctype.timesheet.timesheet import OverlapError, get_activity_cost
from erpnext.selling.doctype.customer import customer as customer_module
from erpnext.selling.doctype.quotation.quotation import make_sales_order, set_expired_status
from erpnext.selling.doctype.sales_order import sales_order as sales_order_module
from erpnext.setup.utils import get_exchange_rate
from erpnext.stock.doctype.material_request import material_request as material_request_module
from frappe.utils import add_days, flt, getdate, now_datetime, nowdate

from sandbox import pytest_support

EXPENSE = ("", "Expense Account", "Chargeable")


@pytest.fixture(autouse=True)
def rolled_back(connected):
	"""Connected as Administrator; undone after the test."""
	with pytest_support.rolled_back(connected):
		yield


@pytest.fixture
def company():
	"""The site's company."""
	return frappe.get_cached_doc("Company", erpnext.get_default_company())


@pytest.fixture
def foreign_currency(company):
	"""A currency that is not the company's."""
	return "EUR" if company.default_currency == "USD" else "USD"


@pytest.fixture
def item():
	"""An item that is not kept in stock, so that orders need no warehouse."""
	return make_item()


@pytest.fixture
def customer():
	"""A company that is a customer."""
	return make_customer()


def unique(prefix):
	"""Return a name that nothing has yet."""
	return f"{prefix} {frappe.generate_hash(length=8)}"


def insert(doctype, **values):
	"""Insert a record."""
	return frappe.get_doc({"doctype": doctype, **values}).insert()


def make_item(**values):
	"""Insert an item that is not kept in stock."""
	values = {
		"item_code": unique("Camera"),
		"item_group": frappe.db.get_value("Item Group", {"is_group": 0}),
		"stock_uom": "Nos",
		"is_stock_item": 0,
	} | values
	return insert("Item", **values)


def make_customer(**values):
	"""Insert a customer."""
	values = {
		"customer_name": unique("Customer"),
		"customer_type": "Company",
		"customer_group": frappe.db.get_value("Customer Group", {"is_group": 0}),
		"territory": frappe.db.get_value("Territory", {"is_group": 0}),
	} | values
	return insert("Customer", **values)


def make_lead(**values):
	"""Insert a lead of an organization."""
	return insert("Lead", **({"company_name": unique("Prospective"), "first_name": "Li"} | values))


def make_opportunity(party, items=(), **values):
	"""Insert an opportunity of a customer, lead or prospect; items are (item code, qty, rate)."""
	values = {
		"opportunity_from": party.doctype,
		"party_name": party.name,
		"company": erpnext.get_default_company(),
		"currency": erpnext.get_default_currency(),
		"items": [{"item_code": code, "qty": qty, "rate": rate, "uom": "Nos"} for code, qty, rate in items],
	} | values
	return insert("Opportunity", **values)


def make_row(row):
	"""Return a row of items from (item code, qty, rate) or the row itself."""
	return row if isinstance(row, dict) else dict(zip(("item_code", "qty", "rate"), row, strict=True))


def make_quotation(party, items, **values):
	"""Insert a quotation; items are (item code, qty, rate) or rows."""
	values = {
		"quotation_to": party.doctype,
		"party_name": party.name,
		"company": erpnext.get_default_company(),
		"items": [make_row(row) for row in items],
	} | values
	return insert("Quotation", **values)


def make_order(customer, items, **values):
	"""Insert a sales order; items are (item code, qty, rate)."""
	values = {
		"customer": customer.name,
		"company": erpnext.get_default_company(),
		"delivery_date": add_days(nowdate(), 7),
		"items": [make_row(row) for row in items],
	} | values
	return insert("Sales Order", **values)


def order_from(quotation, **values):
	"""Insert a sales order mapped from a quotation."""
	order = make_sales_order(quotation.name)
	order.delivery_date = add_days(nowdate(), 7)
	order.update(values)
	return order.insert()


def quote(opportunity, **values):
	"""Insert a quotation mapped from an opportunity."""
	quotation = opportunity_module.make_quotation(opportunity.name)
	quotation.update(values)
	return quotation.insert()


def status_of(doc):
	"""Return the status in the database."""
	return frappe.db.get_value(doc.doctype, doc.name, "status")


def get_account(company, **filters):
	"""Return an account of the company that is no group."""
	return frappe.db.get_value("Account", {"company": company.name, "is_group": 0, **filters})


# -- defaults, exchange rates, fiscal years


def test_company_currency_and_abbreviation(company):
	assert erpnext.get_company_currency(company.name) == company.default_currency
	assert erpnext.get_default_currency() == company.default_currency
	assert erpnext.get_default_cost_center(company.name) == company.cost_center
	assert erpnext.encode_company_abbr("Stores", company.name) == f"Stores - {company.abbr}"
	assert erpnext.encode_company_abbr(f"Stores - {company.abbr}", company.name) == f"Stores - {company.abbr}"


def test_exchange_rate_is_the_latest_up_to_the_date():
	for date, rate in (("2021-01-01", 6.5), ("2021-06-01", 6.4)):
		insert(
			"Currency Exchange",
			date=date,
			from_currency="EUR",
			to_currency="USD",
			exchange_rate=rate,
			for_selling=1,
			for_buying=0,
		)
	assert get_exchange_rate("EUR", "USD", "2021-05-01") == 6.5
	assert get_exchange_rate("EUR", "USD", "2021-06-02", "for_selling") == 6.4
	assert get_exchange_rate("EUR", "EUR") == 1
	assert get_exchange_rate(None, "EUR") is None


def test_fiscal_year(company):
	name, first, last = get_fiscal_year(nowdate(), company=company.name)
	assert first <= getdate() <= last
	assert frappe.db.exists("Fiscal Year", name)
	with pytest.raises(FiscalYearError):
		get_fiscal_year("1901-01-01")


# -- leads, prospects and customers


def test_lead_follows_opportunity_quotation_and_customer(item):
	lead = make_lead()
	assert (lead.status, lead.title, lead.lead_name) == ("Lead", lead.company_name, "Li")

	opportunity = make_opportunity(lead, [(item.name, 1, 100)])
	assert status_of(lead) == "Opportunity"
	assert opportunity.customer_name == lead.company_name

	quotation = quote(opportunity)
	quotation.submit()
	assert status_of(lead) == "Quotation"

	order = order_from(quotation)
	assert frappe.db.get_value("Customer", order.customer, "lead_name") == lead.name
	assert order.customer_name == lead.company_name
	assert status_of(lead) == "Converted"


def test_two_leads_do_not_share_an_email_address():
	make_lead(email_id="li@example.com")
	with pytest.raises(frappe.DuplicateEntryError):
		make_lead(email_id="li@example.com")


def test_mappings_of_a_lead():
	lead = make_lead(mobile_no="13800000000", lead_owner="Administrator")
	opportunity = lead_module.make_opportunity(lead.name)
	assert (opportunity.opportunity_from, opportunity.party_name) == ("Lead", lead.name)
	assert (opportunity.opportunity_owner, opportunity.contact_mobile) == ("Administrator", "13800000000")
	customer = lead_module.make_customer(lead.name)
	assert (customer.customer_name, customer.lead_name, customer.customer_type) == (
		lead.company_name,
		lead.name,
		"Company",
	)
	quotation = lead_module.make_quotation(lead.name)
	assert (quotation.quotation_to, quotation.party_name) == ("Lead", lead.name)


def test_mappings_of_a_prospect_and_a_customer(customer, company):
	prospect = insert("Prospect", company_name=unique("Prospect"), company=company.name)
	opportunity = prospect_module.make_opportunity(prospect.name)
	assert (opportunity.opportunity_from, opportunity.party_name) == ("Prospect", prospect.name)
	assert prospect_module.make_customer(prospect.name).customer_name == prospect.name

	opportunity = customer_module.make_opportunity(customer.name)
	assert (opportunity.opportunity_from, opportunity.party_name) == ("Customer", customer.name)
	quotation = customer_module.make_quotation(customer.name)
	assert (quotation.quotation_to, quotation.party_name) == ("Customer", customer.name)


def test_an_opportunity_is_listed_in_its_prospect(company):
	prospect = insert("Prospect", company_name=unique("Prospect"), company=company.name)
	opportunity = make_opportunity(prospect, opportunity_amount=500)
	opportunity.opportunity_amount = 700
	opportunity.save()
	rows = frappe.get_doc("Prospect", prospect.name).opportunities
	assert [(row.opportunity, row.amount) for row in rows] == [(opportunity.name, 700)]


def test_customers_are_named_by_name_with_a_number_behind_it(customer):
	assert customer.name == customer.customer_name
	again = make_customer(customer_name=customer.customer_name)
	assert again.name == f"{customer.customer_name} - 1"


# -- opportunity


def test_opportunity_defaults_and_values_of_the_party(customer):
	segment = insert("Market Segment", market_segment=unique("Segment"))
	customer.market_segment = segment.name
	customer.save()
	opportunity = make_opportunity(customer)
	assert (opportunity.status, opportunity.opportunity_type) == ("Open", "Sales")
	assert (opportunity.sales_stage, opportunity.probability) == ("Prospecting", 100)
	assert (opportunity.customer_name, opportunity.title) == (customer.customer_name,) * 2
	assert opportunity.market_segment == segment.name
	assert opportunity.territory == customer.territory


def test_opportunity_totals_in_two_currencies(customer, item, company, foreign_currency):
	insert(
		"Currency Exchange",
		date=nowdate(),
		from_currency=foreign_currency,
		to_currency=company.default_currency,
		exchange_rate=8,
		for_selling=1,
		for_buying=1,
	)
	opportunity = make_opportunity(
		customer, [(item.name, 3, 100), (item.name, 1, 50)], currency=foreign_currency
	)
	assert (opportunity.conversion_rate, opportunity.total, opportunity.base_total) == (8, 350, 2800)
	assert (opportunity.items[0].amount, opportunity.items[0].base_amount) == (300, 2400)
	assert opportunity.items[0].item_name == item.item_name


def test_quotation_of_an_opportunity_with_items_is_linked_by_rows_and_header(customer, item):
	opportunity = make_opportunity(customer, [(item.name, 2, 100)])
	quotation = quote(opportunity)
	row = quotation.items[0]
	assert (row.prevdoc_doctype, row.prevdoc_docname) == ("Opportunity", opportunity.name)
	assert quotation.opportunity == opportunity.name
	# The site may have taxes that every document gets.
	assert (row.qty, row.rate, quotation.net_total) == (2, 100, 200)

	quotation.submit()
	assert status_of(opportunity) == "Quotation"
	quotation.cancel()
	assert status_of(quotation) == "Cancelled"
	assert status_of(opportunity) == "Open"


def test_quotation_of_an_opportunity_without_items_is_linked_by_its_header(customer, item):
	opportunity = make_opportunity(customer, opportunity_amount=1000)
	quotation = opportunity_module.make_quotation(opportunity.name)
	assert quotation.opportunity == opportunity.name
	quotation.set("items", [{"item_code": item.name, "qty": 1, "rate": 900}])
	quotation.insert().submit()
	assert status_of(opportunity) == "Quotation"
	order_from(quotation).submit()
	assert status_of(opportunity) == "Converted"


def test_declare_an_opportunity_lost(customer, item):
	opportunity = make_opportunity(customer, [(item.name, 1, 100)])
	reason = insert("Opportunity Lost Reason", lost_reason=unique("Too expensive"))
	rival = insert("Competitor", competitor_name=unique("Rival"))
	opportunity.declare_enquiry_lost(
		[{"lost_reason": reason.name}], [{"competitor": rival.name}], "Price war"
	)
	opportunity.reload()
	assert (opportunity.status, opportunity.order_lost_reason) == ("Lost", "Price war")
	assert [row.lost_reason for row in opportunity.lost_reasons] == [reason.name]
	assert [row.competitor for row in opportunity.competitors] == [rival.name]


def test_an_opportunity_with_an_active_quotation_is_not_declared_lost(customer, item):
	opportunity = make_opportunity(customer, [(item.name, 1, 100)])
	quote(opportunity).submit()
	opportunity.reload()
	with pytest.raises(frappe.ValidationError):
		opportunity.declare_enquiry_lost([], [])


def test_status_of_several_opportunities(customer):
	opportunities = [make_opportunity(customer) for _ in range(2)]
	opportunity_module.set_multiple_status(frappe.as_json([o.name for o in opportunities]), "Closed")
	assert [status_of(o) for o in opportunities] == ["Closed", "Closed"]


# -- quotation


def test_quotation_status_and_validity(customer, item):
	quotation = make_quotation(customer, [(item.name, 1, 100)])
	assert (quotation.status, quotation.customer_name) == ("Draft", customer.customer_name)
	quotation.submit()
	assert status_of(quotation) == "Open"
	with pytest.raises(frappe.ValidationError):
		make_quotation(customer, [(item.name, 1, 100)], valid_till=add_days(nowdate(), -1))


def test_a_row_without_quantity_is_refused(customer, item):
	with pytest.raises(frappe.ValidationError):
		make_quotation(customer, [(item.name, 0, 100)])


def test_a_lost_quotation_loses_the_opportunity(customer, item):
	opportunity = make_opportunity(customer, [(item.name, 1, 100)])
	quotation = quote(opportunity)
	quotation.submit()
	reason = insert("Quotation Lost Reason", order_lost_reason=unique("Too late"))
	rival = insert("Competitor", competitor_name=unique("Rival"))
	quotation.declare_enquiry_lost([{"lost_reason": reason.name}], [{"competitor": rival.name}], "Missed")
	quotation.reload()
	assert (quotation.status, quotation.order_lost_reason) == ("Lost", "Missed")
	assert [row.lost_reason for row in quotation.lost_reasons] == [reason.name]
	assert status_of(opportunity) == "Lost"


def test_a_quotation_is_lost_for_a_known_reason_only_and_not_once_ordered(customer, item):
	quotation = make_quotation(customer, [(item.name, 1, 100)])
	quotation.submit()
	with pytest.raises(frappe.ValidationError):
		quotation.declare_enquiry_lost([{"lost_reason": "No such reason"}], [])
	quotation.reload()
	order_from(quotation).submit()
	quotation.reload()
	with pytest.raises(frappe.ValidationError):
		quotation.declare_enquiry_lost([], [])


def test_an_expired_quotation_makes_no_order_unless_allowed(customer, item):
	quotation = make_quotation(customer, [(item.name, 1, 100)], transaction_date=add_days(nowdate(), -9))
	quotation.submit()
	quotation.db_set("valid_till", add_days(nowdate(), -1))
	with pytest.raises(frappe.ValidationError):
		make_sales_order(quotation.name)
	set_expired_status()
	assert status_of(quotation) == "Expired"

	field = "allow_sales_order_creation_for_expired_quotation"
	frappe.db.set_single_value("Selling Settings", field, 1)
	assert make_sales_order(quotation.name).customer == customer.name


def test_a_quotation_valid_today_does_not_expire(customer, item):
	quotation = make_quotation(customer, [(item.name, 1, 100)], valid_till=nowdate())
	quotation.submit()
	set_expired_status()
	assert status_of(quotation) == "Open"


def test_only_a_submitted_quotation_makes_an_order(customer, item):
	with pytest.raises(frappe.ValidationError):
		make_sales_order(make_quotation(customer, [(item.name, 1, 100)]).name)


# -- sales order


def test_an_order_converts_and_cancelling_it_reopens(customer, item):
	opportunity = make_opportunity(customer, [(item.name, 2, 100)])
	quotation = quote(opportunity)
	quotation.submit()
	order = order_from(quotation)
	row = order.items[0]
	assert (row.prevdoc_docname, row.quotation_item) == (quotation.name, quotation.items[0].name)
	assert status_of(quotation) == "Open"

	order.submit()
	assert (order.status, order.billing_status, order.delivery_status) == (
		"To Deliver and Bill",
		"Not Billed",
		"Not Delivered",
	)
	assert (status_of(quotation), status_of(opportunity)) == ("Ordered", "Converted")

	order.reload()
	order.cancel()
	assert status_of(order) == "Cancelled"
	assert (status_of(quotation), status_of(opportunity)) == ("Open", "Quotation")


def test_orders_for_parts_of_a_quotation(customer, item):
	opportunity = make_opportunity(customer, [(item.name, 4, 100)])
	quotation = quote(opportunity)
	quotation.submit()

	first = make_sales_order(quotation.name)
	first.delivery_date = add_days(nowdate(), 7)
	first.items[0].qty = 3
	first.insert().submit()
	assert (status_of(quotation), status_of(opportunity)) == ("Partially Ordered", "Quotation")

	second = order_from(quotation)
	assert second.items[0].qty == 1
	second.submit()
	assert (status_of(quotation), status_of(opportunity)) == ("Ordered", "Converted")
	assert not make_sales_order(quotation.name).items

	second.reload()
	second.cancel()
	assert (status_of(quotation), status_of(opportunity)) == ("Partially Ordered", "Quotation")


def test_chosen_rows_of_a_quotation(customer, item):
	quotation = make_quotation(customer, [(item.name, 1, 100), (make_item().name, 1, 50)])
	quotation.submit()
	chosen = [quotation.items[1].name]
	order = make_sales_order(quotation.name, args={"filtered_children": chosen})
	assert [row.quotation_item for row in order.items] == chosen


def test_hold_close_and_reopen_an_order(customer, item):
	order = make_order(customer, [(item.name, 1, 100)])
	order.submit()
	for status, expected in (
		("On Hold", "On Hold"),
		("Draft", "To Deliver and Bill"),
		("Closed", "Closed"),
	):
		sales_order_module.update_status(status, order.name)
		assert status_of(order) == expected
	order.reload()
	with pytest.raises(frappe.ValidationError):
		order.cancel()
	frappe.db.set_value("Sales Order", order.name, "docstatus", 1)
	sales_order_module.close_or_unclose_sales_orders(frappe.as_json([order.name]), "Draft")
	assert status_of(order) == "To Deliver and Bill"


def test_an_order_needs_a_delivery_date_not_before_its_own(customer, item):
	with pytest.raises(frappe.ValidationError):
		make_order(customer, [(item.name, 1, 100)], delivery_date=None)
	with pytest.raises(frappe.ValidationError):
		make_order(customer, [(item.name, 1, 100)], delivery_date=add_days(nowdate(), -1))


def test_a_stock_item_needs_a_warehouse(customer, company):
	frappe.db.set_single_value("Stock Settings", "default_warehouse", None)
	stocked = make_item(is_stock_item=1)
	frappe.db.delete("Item Default", {"parent": stocked.name})
	frappe.clear_document_cache("Item", stocked.name)
	with pytest.raises(sales_order_module.WarehouseRequired):
		make_order(customer, [(stocked.name, 1, 100)])
	warehouse = frappe.db.get_value("Warehouse", {"company": company.name, "is_group": 0})
	order = make_order(customer, [(stocked.name, 1, 100)], set_warehouse=warehouse)
	assert order.items[0].warehouse == warehouse


def test_the_customers_order_number_is_used_once(customer, item):
	make_order(customer, [(item.name, 1, 100)], po_no="PO-1")
	with pytest.raises(frappe.ValidationError):
		make_order(customer, [(item.name, 1, 100)], po_no="PO-1")


def test_a_disabled_customer_gets_no_order(customer, item):
	customer.disabled = 1
	customer.save()
	with pytest.raises(frappe.ValidationError):
		make_order(customer, [(item.name, 1, 100)])


def test_a_sales_user_gets_from_lead_to_order_but_not_to_a_project(item):
	email = f"{frappe.generate_hash(length=8)}@example.com"
	insert("User", email=email, first_name="Zhao", send_welcome_email=0, roles=[{"role": "Sales User"}])
	frappe.set_user(email)
	lead = make_lead()
	assert lead.lead_owner == email
	opportunity = make_opportunity(lead, [(item.name, 1, 100)])
	quotation = quote(opportunity)
	quotation.submit()
	order = order_from(quotation)
	order.submit()
	assert (status_of(quotation), status_of(opportunity), status_of(lead)) == (
		"Ordered",
		"Converted",
		"Converted",
	)
	with pytest.raises(frappe.PermissionError):
		sales_order_module.make_project(order.name)


def test_a_contact_of_somebody_else_is_refused(customer, item):
	contact = insert(
		"Contact",
		first_name="Sun",
		links=[{"link_doctype": "Customer", "link_name": customer.name}],
	)
	order = make_order(customer, [(item.name, 1, 100)], contact_person=contact.name)
	assert order.contact_person == contact.name
	with pytest.raises(frappe.ValidationError):
		make_order(make_customer(), [(item.name, 1, 100)], contact_person=contact.name)


# -- totals


def test_taxes_on_net_total_and_actual(customer, item, company):
	account = get_account(company, account_type="Tax")
	freight = get_account(company, root_type="Expense", account_type=["in", EXPENSE])
	quotation = make_quotation(
		customer,
		[(item.name, 3, 100), (item.name, 2, 50.5)],
		taxes=[
			{"charge_type": "On Net Total", "account_head": account, "rate": 13, "description": "VAT"},
			{"charge_type": "Actual", "account_head": freight, "tax_amount": 20, "description": "Freight"},
		],
	)
	assert (quotation.total_qty, quotation.total, quotation.net_total) == (5, 401, 401)
	assert [tax.tax_amount for tax in quotation.taxes] == [52.13, 20]
	assert [tax.total for tax in quotation.taxes] == [453.13, 473.13]
	assert (quotation.total_taxes_and_charges, quotation.grand_total) == (72.13, 473.13)
	assert quotation.base_grand_total == 473.13
	assert quotation.items[1].amount == 101
	assert quotation.items[0].uom == "Nos"
	assert quotation.in_words


def test_taxes_on_previous_rows(customer, item, company):
	account = get_account(company, account_type="Tax")
	tax = {"account_head": account, "description": "Tax", "rate": 10}
	order = make_order(
		customer,
		[(item.name, 1, 1000)],
		taxes=[
			tax | {"charge_type": "On Net Total"},
			tax | {"charge_type": "On Previous Row Amount", "row_id": 1},
			tax | {"charge_type": "On Previous Row Total", "row_id": 2},
		],
	)
	assert [row.tax_amount for row in order.taxes] == [100, 10, 111]
	assert order.grand_total == 1221


def test_foreign_currency(customer, item, foreign_currency):
	quotation = make_quotation(
		customer,
		[(item.name, 2, 10)],
		currency=foreign_currency,
		conversion_rate=7.2,
		plc_conversion_rate=1,
	)
	assert (quotation.grand_total, quotation.base_grand_total) == (20, 144)
	row = quotation.items[0]
	assert (row.base_rate, row.base_amount, row.base_net_amount) == (72, 144, 144)


def test_discount_on_net_total(customer, item, company):
	quotation = make_discounted(customer, item, company, "Net Total", discount_amount=100)
	assert (quotation.total, quotation.net_total) == (1000, 900)
	assert (quotation.total_taxes_and_charges, quotation.grand_total) == (90, 990)
	assert [row.net_amount for row in quotation.items] == [540, 360]


def test_discount_on_grand_total(customer, item, company):
	quotation = make_discounted(customer, item, company, "Grand Total", additional_discount_percentage=10)
	assert (quotation.discount_amount, quotation.net_total, quotation.grand_total) == (110, 900, 990)
	assert [row.net_amount for row in quotation.items] == [540, 360]
	assert quotation.taxes[0].tax_amount_after_discount_amount == 90


def make_discounted(customer, item, company, discount_on, **values):
	"""Insert a quotation over 1,000 with a tax of 10 percent and a discount."""
	account = get_account(company, account_type="Tax")
	tax = {"charge_type": "On Net Total", "account_head": account, "rate": 10, "description": "VAT"}
	items = [(item.name, 6, 100), (item.name, 4, 100)]
	return make_quotation(customer, items, taxes=[tax], apply_discount_on=discount_on, **values)


def test_price_list_rate_discount_and_margin(customer):
	item = make_item(standard_rate=200)
	price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list")
	assert frappe.db.get_value("Item Price", {"item_code": item.name, "price_list": price_list}, "selling")
	rows = [
		{"item_code": item.name, "qty": 1},
		{"item_code": item.name, "qty": 1, "discount_percentage": 10},
		{"item_code": item.name, "qty": 1, "rate": 150},
		{"item_code": item.name, "qty": 1, "margin_type": "Percentage", "margin_rate_or_amount": 20},
	]
	quotation = make_quotation(customer, rows)
	assert [row.price_list_rate for row in quotation.items] == [200] * 4
	assert [row.rate for row in quotation.items] == [200, 180, 150, 240]
	assert [row.discount_amount for row in quotation.items] == [0, 20, 50, 0]


def test_payment_schedule(customer, item):
	quotation = make_quotation(customer, [(item.name, 1, 1000)])
	assert [(row.invoice_portion, row.payment_amount) for row in quotation.payment_schedule] == [(100, 1000)]
	term = {"due_date_based_on": "Day(s) after invoice date"}
	template = insert(
		"Payment Terms Template",
		template_name=unique("Terms"),
		terms=[
			term | {"invoice_portion": 30, "credit_days": 0, "description": "Advance"},
			term | {"invoice_portion": 70, "credit_days": 30},
		],
	)
	order = make_order(customer, [(item.name, 1, 1000)], payment_terms_template=template.name)
	assert [row.payment_amount for row in order.payment_schedule] == [300, 700]
	assert getdate(order.payment_schedule[1].due_date) == getdate(add_days(nowdate(), 30))


def test_sales_team_and_partner(customer, item):
	root = frappe.db.get_value("Sales Person", {"is_group": 1})
	people = [
		insert("Sales Person", sales_person_name=unique("Seller"), parent_sales_person=root, is_group=0)
		for _ in range(2)
	]
	partner = insert(
		"Sales Partner",
		partner_name=unique("Partner"),
		territory=customer.territory,
		commission_rate=5,
	)
	team = [{"sales_person": p.name, "allocated_percentage": 50} for p in people]
	order = make_order(
		customer,
		[(item.name, 1, 1000)],
		sales_team=team,
		sales_partner=partner.name,
		commission_rate=5,
	)
	assert order.total_commission == 50
	assert [row.allocated_amount for row in order.sales_team] == [500, 500]
	with pytest.raises(frappe.ValidationError):
		make_order(customer, [(item.name, 1, 1000)], sales_team=team[:1])


# -- handover, invoice and payment


def test_project_from_an_order(customer, item):
	order = make_order(customer, [(item.name, 1, 1000)])
	with pytest.raises(frappe.ValidationError):
		sales_order_module.make_project(order.name)
	order.submit()
	project = sales_order_module.make_project(order.name).insert()
	assert (project.project_name, project.sales_order, project.customer) == (
		order.name,
		order.name,
		customer.name,
	)
	assert (project.estimated_costing, project.status) == (1000, "Open")
	assert frappe.db.get_value("Sales Order", order.name, "project") == project.name
	with pytest.raises(frappe.ValidationError):
		make_order(make_customer(), [(item.name, 1, 1)], project=project.name)


def test_tasks_of_a_project_template(company):
	task = insert("Task", subject=unique("Survey"), is_template=1, start=2, duration=3)
	assert task.status == "Template"
	template = frappe.get_doc({"doctype": "Project Template", "tasks": [{"task": task.name}]})
	template.insert(set_name=unique("Template"))
	holidays = insert(
		"Holiday List",
		holiday_list_name=unique("List"),
		from_date="2026-01-01",
		to_date="2026-12-31",
		holidays=[{"holiday_date": "2026-03-04", "description": "Holiday"}],
	)
	project = {
		"project_name": unique("Project"),
		"company": company.name,
		"project_template": template.name,
		"expected_start_date": "2026-03-02",
	}
	frappe.db.set_value("Company", company.name, "default_holiday_list", None)
	with pytest.raises(frappe.ValidationError):
		insert("Project", **project)
	project["project_name"] = unique("Project")
	project = insert("Project", **project, holiday_list=holidays.name)
	tasks = frappe.get_all(
		"Task", {"project": project.name}, ["name", "subject", "status", "exp_start_date", "exp_end_date"]
	)
	assert [(t.subject, t.status) for t in tasks] == [(task.subject, "Open")]
	assert getdate(tasks[0].exp_start_date) == getdate("2026-03-05")
	assert getdate(tasks[0].exp_end_date) == getdate("2026-03-08")

	copy = frappe.get_doc("Task", tasks[0].name)
	copy.update({"status": "Completed", "completed_on": nowdate()})
	copy.save()
	assert frappe.db.get_value("Project", project.name, ["percent_complete", "status"]) == (100, "Completed")


def test_invoice_and_payment_of_an_order(customer, item, company):
	order = make_order(customer, [(item.name, 2, 100)])
	order.submit()
	invoice = sales_order_module.make_sales_invoice(order.name).insert()
	assert (invoice.debit_to, invoice.status) == (company.default_receivable_account, "Draft")
	invoice.submit()
	assert status_of(invoice) == "Unpaid"
	assert frappe.db.get_value("Sales Order", order.name, ["per_billed", "billing_status", "status"]) == (
		100,
		"Fully Billed",
		"To Deliver",
	)

	payment = get_payment_entry("Sales Invoice", invoice.name)
	payment.update({"reference_no": "1", "reference_date": nowdate()})
	payment.insert().submit()
	assert (payment.paid_amount, payment.status) == (200, "Submitted")
	invoice.reload()
	assert (invoice.outstanding_amount, invoice.status) == (0, "Paid")
	payment.cancel()
	invoice.reload()
	assert (invoice.outstanding_amount, invoice.status) == (200, "Unpaid")

	invoice.cancel()
	assert status_of(order) == "To Deliver and Bill"


def test_a_credit_note_takes_off_what_it_credits(customer, item):
	order = make_order(customer, [(item.name, 3, 100)])
	order.submit()
	invoice = sales_order_module.make_sales_invoice(order.name).insert()
	invoice.submit()
	note = make_sales_return(invoice.name)
	assert (note.is_return, note.return_against, note.items[0].qty) == (1, invoice.name, -3)
	assert note.items[0].sales_order == order.name
	note.items[0].qty = -1
	note.insert().submit()
	assert (note.grand_total, status_of(note)) == (-100, "Return")
	# Kept on the note or taken off the invoice: together they have outstanding what is still to be paid.
	outstanding = frappe.get_all(
		"Sales Invoice", {"name": ["in", [invoice.name, note.name]]}, pluck="outstanding_amount"
	)
	assert sum(outstanding) == 200


def test_what_is_outstanding_is_in_the_currency_of_the_account(customer, item, foreign_currency):
	allowed = "allow_multi_currency_invoices_against_single_party_account"
	if frappe.get_meta("Accounts Settings").has_field(allowed):
		frappe.db.set_single_value("Accounts Settings", allowed, 1)
	order = make_order(customer, [(item.name, 1, 100)], currency=foreign_currency, conversion_rate=7)
	order.submit()
	invoice = sales_order_module.make_sales_invoice(order.name)
	invoice.conversion_rate = 7.2
	invoice.insert().submit()
	assert (invoice.grand_total, invoice.base_grand_total) == (100, 720)
	currency = frappe.get_cached_value("Account", invoice.debit_to, "account_currency")
	assert invoice.party_account_currency == currency
	assert frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount") == (
		100 if currency == foreign_currency else 720
	)


def test_advance_payment_of_an_order(customer, item):
	order = make_order(customer, [(item.name, 1, 1000)])
	order.submit()
	payment = get_payment_entry("Sales Order", order.name, party_amount=300)
	payment.update({"reference_no": "1", "reference_date": nowdate()})
	payment.insert().submit()
	assert frappe.db.get_value("Sales Order", order.name, "advance_paid") == 300


@pytest.mark.parametrize(("payment_type", "sign"), [("Pay", 1), ("Receive", -1)])
def test_a_payment_without_references_is_booked_and_cancelled(customer, company, payment_type, sign):
	cash, debtors = company.default_cash_account, company.default_receivable_account
	pays = payment_type == "Pay"
	payment = insert(
		"Payment Entry",
		payment_type=payment_type,
		company=company.name,
		party_type="Customer",
		party=customer.name,
		paid_from=cash if pays else debtors,
		paid_to=debtors if pays else cash,
		paid_amount=500,
		received_amount=500,
		source_exchange_rate=1,
		target_exchange_rate=1,
	)
	payment.submit()
	assert (payment.base_paid_amount, payment.unallocated_amount) == (500, 500)

	def booked(**filters):
		rows = frappe.get_all(
			"GL Entry",
			filters={
				"voucher_type": "Payment Entry",
				"voucher_no": payment.name,
				"is_cancelled": 0,
				**filters,
			},
			fields=["account", "debit", "credit"],
			order_by="account",
		)
		return {row.account: row.debit - row.credit for row in rows}

	assert booked() == {debtors: sign * 500, cash: -sign * 500}
	assert booked(party_type="Customer", party=customer.name) == {debtors: sign * 500}
	payment.cancel()
	assert booked() == {}


def test_what_another_exchange_rate_makes_of_a_payment_is_booked_as_loss(customer, company, foreign_currency):
	cash = frappe.get_doc("Account", company.default_cash_account)
	foreign = insert(
		"Account",
		account_name=unique("Cash"),
		parent_account=cash.parent_account,
		company=company.name,
		account_type=cash.account_type,
		account_currency=foreign_currency,
	)
	payment = insert(
		"Payment Entry",
		payment_type="Receive",
		company=company.name,
		party_type="Customer",
		party=customer.name,
		paid_from=company.default_receivable_account,
		paid_to=foreign.name,
		paid_amount=720,
		received_amount=100,
		source_exchange_rate=1,
		target_exchange_rate=7,
		reference_no="1",
		reference_date=nowdate(),
	)
	payment.submit()
	assert (payment.base_paid_amount, payment.base_received_amount) == (720, 700)
	assert payment.difference_amount == 0
	assert [(row.account, row.amount, row.is_exchange_gain_loss) for row in payment.deductions] == [
		(company.exchange_gain_loss_account, 20, 1)
	]
	rows = frappe.get_all(
		"GL Entry",
		filters={"voucher_type": "Payment Entry", "voucher_no": payment.name, "is_cancelled": 0},
		fields=["account", "debit", "credit"],
		order_by="account",
	)
	assert {row.account: row.debit - row.credit for row in rows} == {
		company.default_receivable_account: -720,
		foreign.name: 700,
		company.exchange_gain_loss_account: 20,
	}


def test_an_order_with_everything_done_is_completed(customer, item):
	order = make_order(customer, [(item.name, 1, 100)], skip_delivery_note=1)
	order.submit()
	assert order.status == "To Bill"
	sales_order_module.make_sales_invoice(order.name).insert().submit()
	assert status_of(order) == "Completed"


# -- cost of sale


def make_project(company):
	"""Insert an ERPNext project."""
	return insert("Project", project_name=unique("Project"), company=company.name)


def make_employee(company, **values):
	"""Insert an employee."""
	values = {
		"first_name": unique("Wang"),
		"company": company.name,
		"gender": frappe.db.get_value("Gender", {}),
		"date_of_birth": "1990-01-01",
		"date_of_joining": "2020-01-01",
	} | values
	return insert("Employee", **values)


def make_timesheet(company, employee, activity, start, hours, **values):
	"""Insert a timesheet with one log."""
	log = {"activity_type": activity, "from_time": start, "hours": hours} | values
	return insert("Timesheet", company=company.name, employee=employee.name, time_logs=[log])


def test_timesheet_cost_goes_to_the_project(company):
	project, employee = make_project(company), make_employee(company)
	activity = insert("Activity Type", activity_type=unique("Survey"), costing_rate=100, billing_rate=200)
	assert get_activity_cost(employee.name, activity.name)["costing_rate"] == 100
	insert("Activity Cost", activity_type=activity.name, employee=employee.name, costing_rate=150)
	assert get_activity_cost(employee.name, activity.name)["costing_rate"] == 150

	start = now_datetime().replace(hour=9, minute=0, second=0, microsecond=0)
	sheet = make_timesheet(company, employee, activity.name, start, 2, project=project.name)
	assert (sheet.status, sheet.total_hours, sheet.total_costing_amount) == ("Draft", 2, 300)
	assert sheet.employee_name == employee.employee_name
	assert getdate(sheet.start_date) == start.date()
	sheet.submit()
	assert status_of(sheet) == "Submitted"
	assert frappe.db.get_value("Project", project.name, ["total_costing_amount", "actual_time"]) == (300, 2)
	sheet.cancel()
	assert status_of(sheet) == "Cancelled"
	assert not frappe.db.get_value("Project", project.name, "total_costing_amount")


def test_time_logs_of_one_employee_do_not_overlap(company):
	employee = make_employee(company)
	activity = insert("Activity Type", activity_type=unique("Survey"))
	start = now_datetime().replace(hour=9, minute=0, second=0, microsecond=0)
	make_timesheet(company, employee, activity.name, start, 2)
	with pytest.raises(OverlapError):
		make_timesheet(company, employee, activity.name, start.replace(hour=10), 2)
	make_timesheet(company, employee, activity.name, start.replace(hour=11), 2)


def test_a_timesheet_is_submitted_with_activities_and_hours(company):
	employee = make_employee(company)
	start = now_datetime().replace(hour=9, minute=0, second=0, microsecond=0)
	with pytest.raises(frappe.ValidationError):
		make_timesheet(company, employee, None, start, 2).submit()


def get_requestable(order):
	"""Return the rows that a material request would have; where there are none v16 throws."""
	try:
		return sales_order_module.make_material_request(order.name).items
	except frappe.ValidationError:
		return []


def test_material_request_from_an_order(customer, item, company):
	order = make_order(customer, [(item.name, 5, 100)])
	order.submit()
	request = sales_order_module.make_material_request(order.name)
	request.material_request_type = "Purchase"
	request.insert()
	row = request.items[0]
	assert (row.sales_order, row.sales_order_item, row.qty) == (order.name, order.items[0].name, 5)
	assert request.status == "Draft"
	request.submit()
	assert status_of(request) == "Pending"
	assert not get_requestable(order)
	request.reload()
	request.cancel()
	assert status_of(request) == "Cancelled"
	assert len(get_requestable(order)) == 1


def test_purchase_cost_goes_to_the_project(item, company):
	project = make_project(company)
	supplier = insert("Supplier", supplier_name=unique("Supplier"), supplier_type="Company")
	expense = get_account(company, root_type="Expense", account_type=["in", EXPENSE])
	row = {
		"item_code": item.name,
		"qty": 2,
		"rate": 50,
		"project": project.name,
		"expense_account": expense,
	}
	invoice = insert("Purchase Invoice", supplier=supplier.name, company=company.name, items=[row])
	assert (invoice.grand_total, invoice.credit_to) == (100, company.default_payable_account)
	invoice.submit()
	assert status_of(invoice) == "Unpaid"
	assert invoice.outstanding_amount == 100
	assert frappe.db.get_value("Project", project.name, "total_purchase_cost") == 100
	invoice.cancel()
	assert not frappe.db.get_value("Project", project.name, "total_purchase_cost")


def test_a_purchase_goes_from_request_to_order_to_invoice(item, company):
	"""What is ordered and billed is written back into the rows; stopping and closing is a status."""
	supplier = insert("Supplier", supplier_name=unique("Supplier"), supplier_type="Company")
	row = {"item_code": item.name, "qty": 4, "uom": item.stock_uom, "rate": 25, "schedule_date": "2040-01-01"}
	request = insert(
		"Material Request",
		material_request_type="Purchase",
		company=company.name,
		schedule_date="2040-01-01",
		items=[row],
	)
	request.submit()
	# The amount of the row is left to the form.
	assert (request.items[0].rate, request.items[0].qty) == (25, 4)
	order = material_request_module.make_purchase_order(request.name)
	order.update({"supplier": supplier.name, "schedule_date": "2040-01-01"})
	order.items[0].update({"rate": 30, "schedule_date": "2040-01-01"})
	order.insert()
	assert (order.items[0].material_request, order.items[0].material_request_item, order.items[0].qty) == (
		request.name,
		request.items[0].name,
		4,
	)
	assert frappe.db.get_value("Material Request Item", request.items[0].name, "ordered_qty") == 0
	order.submit()
	assert order.items[0].base_net_amount == 120
	assert frappe.db.get_value("Material Request Item", request.items[0].name, "ordered_qty") == 4
	assert status_of(request) == "Ordered"
	assert status_of(order) == "To Receive and Bill"

	invoice = purchase_order_module.make_purchase_invoice(order.name)
	invoice.items[0].expense_account = get_account(company, root_type="Expense", account_type=["in", EXPENSE])
	invoice.insert()
	assert (invoice.items[0].purchase_order, invoice.items[0].po_detail) == (order.name, order.items[0].name)
	invoice.submit()
	assert frappe.db.get_value("Purchase Order Item", order.items[0].name, "billed_amt") == 120
	invoice.cancel()
	assert frappe.db.get_value("Purchase Order Item", order.items[0].name, "billed_amt") == 0
	purchase_order_module.update_status("Closed", order.name)
	assert status_of(order) == "Closed"


def test_journal_entry_balances(company):
	project = make_project(company)
	expense = get_account(company, root_type="Expense", account_type=["in", EXPENSE])
	cash = company.default_cash_account or get_account(company, account_type="Cash")

	def make(credit):
		rows = [
			{"account": expense, "debit_in_account_currency": 80, "project": project.name},
			{"account": cash, "credit_in_account_currency": credit},
		]
		for row in rows:
			row["cost_center"] = company.cost_center
		return insert(
			"Journal Entry",
			voucher_type="Journal Entry",
			posting_date=nowdate(),
			company=company.name,
			accounts=rows,
		)

	entry = make(80)
	entry.submit()
	assert (entry.total_debit, entry.total_credit, entry.accounts[0].debit) == (80, 80, 80)
	with pytest.raises(frappe.ValidationError):
		make(70).submit()


# -- contract, guarantee, employee, trees, dimension, dashboards


def test_contract_status(customer):
	contract = insert(
		"Contract",
		party_type="Customer",
		party_name=customer.name,
		contract_terms="Terms",
		start_date=nowdate(),
		end_date=add_days(nowdate(), 30),
		requires_fulfilment=1,
		fulfilment_terms=[{"requirement": "Install"}, {"requirement": "Accept"}],
	)
	assert (contract.status, contract.fulfilment_status) == ("Unsigned", "Unfulfilled")
	assert contract.party_full_name == customer.customer_name
	contract.submit()
	contract.is_signed = 1
	contract.fulfilment_terms[0].fulfilled = 1
	contract.save()
	assert (contract.status, contract.fulfilment_status) == ("Active", "Partially Fulfilled")
	assert contract.signed_by_company == frappe.session.user
	with pytest.raises(frappe.ValidationError):
		insert(
			"Contract",
			party_type="Customer",
			party_name=customer.name,
			contract_terms="Terms",
			start_date=nowdate(),
			end_date=add_days(nowdate(), -1),
		)


def test_bank_guarantee(customer):
	values = {"bg_type": "Receiving", "amount": 1000, "start_date": nowdate(), "validity": 90}
	with pytest.raises(frappe.ValidationError):
		insert("Bank Guarantee", **values)
	values |= {"customer": customer.name}
	with pytest.raises(frappe.ValidationError):
		insert("Bank Guarantee", **values).submit()
	guarantee = insert(
		"Bank Guarantee",
		bank_guarantee_number=unique("BG"),
		name_of_beneficiary=customer.name,
		bank=insert("Bank", bank_name=unique("Bank")).name,
		**values,
	)
	guarantee.submit()
	assert guarantee.docstatus == 1


def test_an_employee_with_a_user_is_limited_to_the_own_company(company):
	email = f"{frappe.generate_hash(length=8)}@example.com"
	user = insert("User", email=email, first_name="Wang", send_welcome_email=0)
	employee = make_employee(company, user_id=user.name)
	assert "Employee" in frappe.get_roles(user.name)
	limits = frappe.get_all("User Permission", {"user": user.name}, ["allow", "for_value"])
	assert {(limit.allow, limit.for_value) for limit in limits} == {
		("Employee", employee.name),
		("Company", company.name),
	}


def test_departments_and_trees(company):
	department = insert("Department", department_name=unique("Presales"), company=company.name)
	assert department.name == f"{department.department_name} - {company.abbr}"
	assert department.parent_department == "All Departments"
	territory = insert("Territory", territory_name=unique("City"))
	assert territory.parent_territory == "All Territories"
	root = frappe.db.get_value("Territory", "All Territories", ["lft", "rgt"])
	territory.reload()
	assert root[0] < territory.lft < territory.rgt < root[1]


def test_accounting_dimension_makes_a_field(is_sandbox):
	if not is_sandbox:
		pytest.skip("making a dimension alters tables, which can't be rolled back on MariaDB")
	dimension = insert("Accounting Dimension", document_type="Territory")
	assert dimension.fieldname == "territory"
	assert frappe.get_meta("Journal Entry Account").has_field("territory")
	dimension.delete()
	assert not frappe.get_meta("Journal Entry Account").has_field("territory")


@pytest.mark.parametrize(
	("doctype", "fieldname"),
	[
		("Opportunity", "opportunity"),
		("Quotation", "prevdoc_docname"),
		("Sales Order", "sales_order"),
		("Customer", "customer"),
		("Project", "project"),
		("Lead", "lead"),
	],
)
def test_dashboard(doctype, fieldname):
	data = frappe.get_meta(doctype).get_dashboard_data()
	assert data.fieldname == fieldname
	assert data.transactions


def test_amounts_are_numbers(customer, item):
	order = make_order(customer, [(item.name, 1, 100)])
	for field in ("per_billed", "per_delivered", "advance_paid", "total_commission"):
		assert flt(order.get(field)) == 0
