"""Accounting Dimension: that of presales projects is removed in Presales Settings, and not by ERPNext."""


def on_trash(doc, method=None):
	if doc.document_type != "Presales Project":
		return
	from presales_mgmt.accounting_dimension import refuse_deletion

	refuse_deletion(doc)
