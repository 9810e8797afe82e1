"""Translations straight from the apps' catalogues: nothing builds binary ones here."""

from babel.messages.pofile import read_po
from frappe.gettext.translate import get_po_path


def get_translations_from_mo(lang, app) -> dict[str, str]:
	"""What ``locale/<lang>.po`` of an app translates; Frappe itself reads the catalogue compiled from it."""
	if not lang or not app:
		return {}
	path = get_po_path(app, lang.replace("-", "_"))
	if not path.is_file():
		return {}
	with path.open("rb") as file:
		catalog = read_po(file)
	translations = {}
	for message in catalog:
		source = message.id[0] if isinstance(message.id, list | tuple) else message.id
		target = message.string[0] if isinstance(message.string, list | tuple) else message.string
		if source and target and not message.fuzzy:
			translations[f"{source}:{message.context}" if message.context else source] = target
	return translations
