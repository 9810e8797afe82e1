"""Redis within the process (the engine wants servers for its cache and its queues)."""

import copy
from functools import lru_cache

import fakeredis
import frappe
import redis
from frappe.utils.caching import _SITE_CACHE

_server = fakeredis.FakeServer()

# What depends on DocTypes only; it costs the most to make, and most tests leave DocTypes as they are.
_METADATA_KEYS = (b"|doctype_meta::", b"|table_columns::", b"|app_hooks", b"|is_table")


def connection_pool() -> redis.ConnectionPool:
	return redis.ConnectionPool(connection_class=fakeredis.FakeRedisConnection, server=_server, protocol=2)


@lru_cache
def _cache_class():
	from frappe.utils.redis_wrapper import RedisWrapper

	class SandboxCache(RedisWrapper):
		"""Tells Frappe's second cache, that of the process, what has changed, as a server would tell it."""

		def set(self, name, *args, **kwargs):
			_forget(name)
			return super().set(name, *args, **kwargs)

		def unlink(self, *names):
			_forget(*names)
			return super().unlink(*names)

		def delete(self, *names):
			_forget(*names)
			return super().delete(*names)

		def flushall(self, *args, **kwargs):
			frappe.client_cache.clear_cache()
			return super().flushall(*args, **kwargs)

		flushdb = flushall

	return SandboxCache


def _forget(*names):
	if frappe.client_cache:
		for name in names:
			frappe.client_cache.cache.pop(name, None)


def setup_cache():
	"""What `frappe.cache` is: Frappe's own client of a server that lives in this process."""
	return _cache_class()(connection_pool=connection_pool())


def get_redis_conn(username=None, password=None):
	"""Connection for the queues; nothing works on them, they only answer questions."""
	return redis.Redis(connection_pool=connection_pool())


def erase_persistent_caches(self, *, doctype=None) -> None:
	"""What workers would be told over Redis happens here, in the only process."""
	from frappe.cache_manager import clear_controller_cache

	clear_controller_cache(doctype)
	if not doctype:
		_SITE_CACHE.clear()


class Snapshot:
	"""The caches at one moment, to go back to after a test."""

	def __init__(self):
		self.server = {number: _copy(database) for number, database in _server.dbs.items()}
		self.process = dict(frappe.client_cache.cache)

	def restore(self, *, keep_metadata: bool) -> None:
		"""Go back; with `keep_metadata` what was found out of DocTypes since then stays."""
		with _server.lock:
			for number, database in _server.dbs.items():
				_replace(database, _copy(self.server.get(number, {})), keep_metadata)
		_replace(frappe.client_cache.cache, dict(self.process), keep_metadata)
		frappe.local.cache = {}
		frappe.local.request_cache.clear()


def _copy(database) -> dict:
	"""Items are replaced and not changed, except for those that hold something mutable."""
	return {
		key: item if isinstance(item.value, bytes) else copy.deepcopy(item)
		for key, item in dict(database).items()
	}


def _replace(target, content: dict, keep_metadata: bool) -> None:
	if keep_metadata:
		kept = {key: target[key] for key in list(target) if any(part in key for part in _METADATA_KEYS)}
		content = {**kept, **content}
	target.clear()
	target.update(content)
