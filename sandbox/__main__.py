# ruff: noqa: UP031, UP036 (a Python that is too old must be able to read this file)
"""Entry point of `python -m sandbox`: any Python can read it, and one that is too old is told so."""

import sys

if sys.version_info < (3, 10):
	sys.exit(
		"sandbox: PythonTooOldError: Python %d.%d is too old for the sandbox: use Python 3.10 or newer, "
		"for example `python3.10 -m sandbox setup`." % sys.version_info[:2]
	)

from sandbox.cli import main

if __name__ == "__main__":
	raise SystemExit(main())
