"""Measures this app beside bare ERPNext, in one run on one site; see docs/performance.md.

Run as `make bench BENCH=path SITE=name`, or `make bench QUICK=1` for a small run on the sandbox.
"""
