"""Stands in for Google's library (defect 11)."""


class HttpError(Exception):
	pass
