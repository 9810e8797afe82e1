"""Presales Management: gated, reviewed and evaluated presales projects around ERPNext's sales documents."""

__version__ = "0.1.0"
