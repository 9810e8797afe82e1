"""What an order, its invoices and its payments come to, in the order's currency and in the company's (R6.4, R9.4)."""

from datetime import date

AMOUNTS = ("ordered", "invoiced", "credited", "outstanding", "settled", "advance", "received")


def number(value) -> float:
	return float(value or 0)


def order_figures(
	order, invoices: list, advances: list[dict], company_currency: str | None, today: date
) -> dict:
	"""The figures of one order; see `presales_mgmt.progress` for what they mean.

	Args:
		order: amounts, currency and rate of a Sales Order.
		invoices: those that bill it, each with `net_share`: the net amount of the order's rows.
		advances: payments on the order itself, as {"currency", "amount", "base_amount"}.
		company_currency: that of its company.
		today: to tell which invoices are overdue.
	"""
	currency, rate = order.currency, number(order.conversion_rate) or 1.0
	sums = dict.fromkeys((f"{prefix}{key}" for key in AMOUNTS for prefix in ("", "base_")), 0.0)
	sums["ordered"] = number(order.rounded_total) or number(order.grand_total)
	sums["base_ordered"] = number(order.base_rounded_total) or number(order.base_grand_total)
	overdue = 0
	for invoice in invoices:
		share = share_of(invoice)
		total, base_total = invoice_totals(invoice)
		outstanding, base_outstanding = invoice_outstanding(invoice, company_currency)
		in_order = _to_order(currency, rate, invoice.currency)
		sums["invoiced"] += in_order(total, base_total) * share
		sums["base_invoiced"] += base_total * share
		if invoice.is_return:
			sums["credited"] -= in_order(total, base_total) * share
			sums["base_credited"] -= base_total * share
		sums["outstanding"] += in_order(outstanding, base_outstanding) * share
		sums["base_outstanding"] += base_outstanding * share
		if not invoice.is_return and outstanding > 0 and invoice.due_date and invoice.due_date < today:
			overdue += 1
	for advance in advances:
		sums["advance"] += _to_order(currency, rate, advance["currency"])(
			advance["amount"], advance["base_amount"]
		)
		sums["base_advance"] += advance["base_amount"]
	for prefix in ("", "base_"):
		sums[f"{prefix}settled"] = sums[f"{prefix}invoiced"] - sums[f"{prefix}outstanding"]
		sums[f"{prefix}received"] = sums[f"{prefix}settled"] + sums[f"{prefix}advance"]
	return {
		"name": order.name,
		"status": order.status,
		"currency": currency,
		"conversion_rate": rate,
		"delivered_percent": number(order.per_delivered),
		"billed_percent": number(order.per_billed),
		"advance_paid": number(order.advance_paid),
		# An order on which nothing was paid in advance does not say it yet.
		"advance_currency": order.party_account_currency or company_currency,
		"invoices": len(invoices),
		"overdue": overdue,
		# Adding 0 makes no -0.0 of a sum that comes to nothing.
		**{key: round(value, 2) + 0.0 for key, value in sums.items()},
	}


def share_of(invoice) -> float:
	"""Which part of an invoice belongs to the order; all of one whose net total is nothing."""
	net = number(invoice.net_total)
	return number(invoice.net_share) / net if net else 1.0


def invoice_totals(invoice) -> tuple[float, float]:
	"""What an invoice comes to, in its currency and in the company's; rounded where ERPNext rounds it."""
	return (
		number(invoice.rounded_total) or number(invoice.grand_total),
		number(invoice.base_rounded_total) or number(invoice.base_grand_total),
	)


def invoice_outstanding(invoice, company_currency: str | None) -> tuple[float, float]:
	"""What is outstanding, in the invoice's currency and in the company's.

	ERPNext keeps it in the currency of the customer's account, which is one of the two.
	"""
	amount, rate = number(invoice.outstanding_amount), number(invoice.conversion_rate) or 1.0
	account_currency = invoice.party_account_currency or company_currency
	if account_currency == invoice.currency:
		return amount, amount * rate
	return amount / rate, amount


def _to_order(currency: str, rate: float, own: str | None):
	"""A function that takes an amount in the currency `own` and in the company's, and gives it in the order's."""
	if own == currency:
		return lambda amount, base: amount
	return lambda amount, base: base / rate
