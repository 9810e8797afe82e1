"""Command line of the benchmark; `make bench` calls it. With `--sites` on a real site, else on one of the sandbox."""

# ruff: noqa: T201 (a command line prints)

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE, QUICK_SIZE = 50_000, 120
ROUNDS, QUICK_ROUNDS = 9, 2


def main(arguments: list[str] | None = None) -> int:
	options = _parser().parse_args(arguments)
	out = Path(options.out).resolve()
	with _connected(options) as (sites, site):
		from benchmarks import data, runner
		from benchmarks.switches import without_background_jobs

		if options.clean:
			with without_background_jobs():
				data.remove()
			return 0
		size = options.size or (QUICK_SIZE if options.quick else SIZE)
		rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
		if options.explain:
			bench = runner.make_bench(sites, site, size, rounds, options.quick)
			for text in runner.explain_all(bench, options.only, options.keep, _say):
				print(text)
			return 0
		rows, about = runner.run(
			sites,
			site,
			size=size,
			rounds=rounds,
			quick=options.quick,
			only=options.only,
			keep=options.keep,
			say=_say,
		)
	return report(rows, about, out, options.quick)


def report(rows, about: dict, out: Path, quick: bool) -> int:
	"""Print the table, and write it as JSON, as Markdown and as a chart. Returns the exit code."""
	from benchmarks import chart, result

	print(result.table(rows))
	out.mkdir(parents=True, exist_ok=True)
	title = f"Time ÷ counterpart, {about['projects']:,} projects, {about['database']}"
	for name, text in (
		("results.json", result.as_json(rows, about)),
		("results.md", result.markdown(rows)),
		("results.svg", chart.chart(rows, title)),
	):
		(out / name).write_text(text, encoding="utf-8")
	print(f"{out}/results.json, results.md, results.svg")
	failed = any(row.verdict == result.FAILED for row in rows)
	return int(failed or (not quick and result.is_over(rows)))


def _say(message: str) -> None:
	print(message, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
	parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
	parser.add_argument("--sites", help="the folder `sites` of a bench; without it the sandbox")
	parser.add_argument("--site", help="name of the site")
	parser.add_argument("--size", type=int, help=f"projects, default {SIZE}, with --quick {QUICK_SIZE}")
	parser.add_argument("--rounds", type=int, help=f"default {ROUNDS}, with --quick {QUICK_ROUNDS}")
	parser.add_argument("--quick", action="store_true", help="a small run that sets no limit on time")
	parser.add_argument("--only", default="", help="operations whose group or name holds this")
	parser.add_argument(
		"--explain", action="store_true", help="instead of measuring, say where the time goes"
	)
	parser.add_argument("--keep", action="store_true", help="leave the data for the next run")
	parser.add_argument(
		"--clean", action="store_true", help="take the data of earlier runs away, and measure nothing"
	)
	parser.add_argument("--out", default="bench-results", help="folder for the results")
	return parser


@contextmanager
def _connected(options) -> Iterator[tuple[str, str]]:
	"""Path of the sites and name of the site that is connected."""
	if not options.sites:
		with _sandbox() as connected:
			yield connected
		return
	if not options.site:
		sys.exit("Which site? Say --site NAME.")
	os.chdir(options.sites)
	import frappe

	sites = os.getcwd()
	frappe.init(site=options.site, sites_path=sites)
	frappe.connect()
	try:
		if "presales_mgmt" not in frappe.get_installed_apps():
			sys.exit(f"presales_mgmt is not installed on {options.site}.")
		yield sites, options.site
	finally:
		frappe.destroy()


@contextmanager
def _sandbox() -> Iterator[tuple[str, str]]:
	from sandbox.engine import paths
	from sandbox.site import Bench

	bench = Bench(paths.home() / "benchmark" / "sites")
	bench.new_site("bench", replace=True)
	bench.connect("bench")
	try:
		yield str(bench.sites_path), "bench"
	finally:
		bench.destroy("bench")
