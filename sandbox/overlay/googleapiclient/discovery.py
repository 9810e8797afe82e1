"""Stands in for Google's library."""


def build(*args, **kwargs):
	raise NotImplementedError("Google's libraries are not part of the sandbox")
