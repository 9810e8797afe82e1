"""What the regulations ask, who does it with what, and which tests prove it.

`python -m traceability` writes docs/duties.md and docs/regulations.md from here, from the app's files and from
the tests. Nothing in this package needs a site, or Frappe.
"""
