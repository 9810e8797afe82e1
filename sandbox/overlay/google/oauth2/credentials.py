"""Stands in for Google's library, which four of the engine's files import at top level."""


class Credentials:
	def __init__(self, *args, **kwargs):
		raise NotImplementedError("Google's libraries are not part of the sandbox")
