"""Stands in for Google's library."""


class HttpError(Exception):
	pass
