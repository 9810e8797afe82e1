"""A Frappe site on SQLite for machines without a bench.

The engine comes from PyPI (see ``sandbox/engine``), is unpacked into the ignored folder ``.sandbox/`` at the
root of the repository, and is mended there so that several apps can be installed on one site.
Run ``python -m sandbox --help``.
"""
