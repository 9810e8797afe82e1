"""The little of Frappe's command line that apps import to define commands of their own."""

import functools

import click
import frappe


def pass_context(function):
	"""Give a command the context object that `bench` would give it."""

	@click.pass_context
	@functools.wraps(function)
	def wrapper(context, *args, **kwargs):
		obj = context.obj or frappe._dict(
			sites=[frappe.local.site], force=False, verbose=False, profile=False
		)
		return function(frappe._dict(obj), *args, **kwargs)

	return wrapper


def get_site(context, raise_err=True):
	"""The site that a command works on."""
	if sites := context.get("sites"):
		return sites[0]
	if raise_err:
		raise click.UsageError("No site was given")
	return None
