"""Bank Guarantee: may stand for the bond of a bid.

Saving and submitting one cost nothing, an amended one an indexed query, cancelling one indexed query.
"""


def on_submit(doc, method=None):
	if not doc.get("amended_from"):
		return
	from presales_mgmt.bonds import follow_amendment

	follow_amendment(doc)


def on_cancel(doc, method=None):
	from presales_mgmt.bonds import release

	release(doc)
