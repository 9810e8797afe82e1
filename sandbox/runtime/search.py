"""Global search on SQLite: the engine's table keeps duplicates, and its searches exist for servers only."""

import re

import frappe
from pypika.terms import Function

TABLE = """CREATE TABLE IF NOT EXISTS `__global_search` (
	doctype varchar(100), name varchar(140), title varchar(140), content longtext, route varchar(140),
	published tinyint NOT NULL DEFAULT 0, UNIQUE (doctype, name)
)"""


class Match(Function):
	"""How well a text matches the words of a search; 0 where it does not."""

	def __init__(self, column, *args, **kwargs):
		super().__init__("SEARCH_RANK", column, *args, **kwargs)

	def Against(self, words):
		return Match(*self.args, words, alias=self.alias)


def rank(text: str | None, words: str | None) -> float:
	"""Every word must begin a word of the text, or occur in it where words are not set apart by spaces."""
	text = (text or "").casefold()
	wanted = [word for word in re.split(r"[\s*+]+", (words or "").casefold()) if word]
	found = [len(re.findall(_pattern(word), text)) for word in wanted]
	return float(sum(found)) if found and all(found) else 0.0


def _pattern(word: str) -> str:
	return (r"\b" if word.isascii() else "") + re.escape(word)


def sync_values(values) -> None:
	"""Write what the queue of changed documents holds."""
	from frappe.utils.global_search import sync_value

	for doctype, name, content, published, title, route in values:
		sync_value(
			frappe._dict(
				doctype=doctype, name=name, content=content, published=published, title=title, route=route
			)
		)


def sync_value_in_queue(value) -> None:
	"""Write a changed document at once: there is no scheduler to empty the queue."""
	from frappe.utils.global_search import sync_value

	sync_value(value)
