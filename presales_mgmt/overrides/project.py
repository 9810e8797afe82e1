"""ERPNext's Project: carries a deal on after its handover. Not to be confused with a Presales Project.

`validate` costs one attribute check when there is no presales project; deleting one costs two indexed queries.
"""


def validate(doc, method=None):
	before = doc.get_doc_before_save()
	known = before.get("presales_project") if before else None
	if not doc.get("presales_project") and not known:
		return
	# The acceptance of a handover alone says to which deal a project belongs, whatever a form or client sends.
	if not doc.flags.by_handover:
		doc.presales_project = known


def on_trash(doc, method=None):
	if not doc.get("presales_project"):
		return
	from presales_mgmt.handover import forget_erpnext_project

	forget_erpnext_project(doc.name)
