"""The demo: plays one deal from a data file, tells what happened, and writes it down as a page.

bench --site SITE execute presales_mgmt.demo.play.show --kwargs '{"lang": "zh", "html": "/tmp/demo.html"}'
bench --site SITE execute presales_mgmt.demo.play.remove
"""

from datetime import timedelta
from pathlib import Path

import frappe

from presales_mgmt.demo import records, script, steps
from presales_mgmt.demo.cast import Cast
from presales_mgmt.demo.clock import Clock
from presales_mgmt.demo.desk import Desk
from presales_mgmt.demo.page import render
from presales_mgmt.demo.player import Player
from presales_mgmt.demo.report import Summary, collect
from presales_mgmt.demo.writer import Writer


def run(process: str = "R7", lang: str = "en", html: str | None = None, commit: bool = True) -> dict:
	"""Play the deal of a process and print what happens.

	Every step is done as the person whose duty it is, by the requests that the desk sends. All of it is one
	transaction: a play that breaks off leaves nothing behind.

	Args:
		process: which deal: the name of a data file in `presales_mgmt/demo/data`, without its ending.
		lang: language of the people, of what they write, and of what is printed: "en" or "zh".
		html: path of a file to write the result to, as one page that needs nothing else.
		commit: keep what was played. Without it the caller decides.

	Returns:
		The summary, see `report.Summary.as_dict`, and the path in "html".

	Raises:
		DemoDataError: the data file is not as it must be.
		DemoError: a step went otherwise than the data file says.
	"""
	desk = Desk(lang)
	try:
		with desk.open():
			deal = script.load(process, steps.fields_of_kinds())
			player, summary = perform(deal, desk, Writer())
			if html:
				Path(html).write_text(render(player, summary), encoding="utf-8")
	except BaseException:
		if commit:
			frappe.db.rollback()
		raise
	if commit:
		frappe.db.commit()
	return {**summary.as_dict(), "html": html}


def perform(deal: script.Script, desk: Desk, writer: Writer) -> tuple[Player, Summary]:
	"""Play `deal` at an open `desk` and tell `writer` of every step. Commits nothing.

	Raises `DemoError` as `run` does.
	"""
	with Clock() as clock:
		clock.set(deal.steps[0].on - timedelta(hours=1))
		cast = Cast(deal, desk)
		cast.make()
		desk.users.clear()
		player = Player(deal, desk, clock, cast.names, cast.company)
		writer.heading(player)
		for event in player.play():
			writer.event(event)
		summary = collect(player)
		writer.summary(summary)
	records.remember([*cast.made, *player.made])
	return player, summary


def show(**arguments) -> None:
	"""`run` for the command line: what it prints is all that is to be seen."""
	run(**arguments)


def remove(commit: bool = True) -> dict:
	"""Take away everything that demos have made on this site: documents, people, master data.

	For maintenance: it deletes what nobody could delete by hand. What something else has come to depend on stays.

	Returns:
		{"removed": ["DocType name"], "kept": ["DocType name: reason"]}
	"""
	removed = records.remove()
	if commit:
		frappe.db.commit()
	return removed
