"""Stands in for Google's library (defect 11)."""


def build(*args, **kwargs):
	raise NotImplementedError("Google's libraries are not part of the sandbox")
