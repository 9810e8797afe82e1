"""Frappe's own import paths, which the engine has moved elsewhere."""

from .utils import *  # noqa: F403
