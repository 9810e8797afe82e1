"""Queries shared by forms, reports, cards and charts."""
