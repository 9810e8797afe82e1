"""Frappe's own import paths, which the engine has moved elsewhere (defect 13)."""

from .utils import *  # noqa: F403
