"""Background jobs without a queue's server.

Scripts and tests run a job where it is enqueued; the web server hands it to one worker thread.
"""

import queue
import sys
import threading
from collections import deque
from contextlib import suppress

import frappe
from frappe.utils import CallbackManager

_worker_queue: queue.Queue | None = None
_waiting: deque = deque()


class Job:
	"""What `frappe.enqueue` returns: as much of a job as callers ask for."""

	def __init__(self, job_id, method):
		self.id = job_id
		self.func_name = method
		self.status = "queued"
		self.result = None

	def get_status(self, refresh=True):
		return self.status

	def get_id(self):
		return self.id


def enqueue(
	method,
	queue="default",
	timeout=None,
	event=None,
	is_async=True,
	job_name=None,
	now=False,
	enqueue_after_commit=False,
	*,
	on_success=None,
	on_failure=None,
	at_front=False,
	job_id=None,
	deduplicate=False,
	at_front_when_starved=False,
	**kwargs,
):
	"""Run `method` as a background job would run. Takes what `frappe.enqueue` takes."""
	is_async = kwargs.pop("async", is_async)
	if deduplicate and not job_id:
		frappe.throw(frappe._("`job_id` paramater is required for deduplication."))
	if now or (not is_async and not frappe.in_test):
		return frappe.call(method, **kwargs)

	name = method if isinstance(method, str) else f"{method.__module__}.{method.__qualname__}"
	job = Job(job_id or frappe.generate_hash(length=20), name)
	arguments = {
		"method": method,
		"event": event,
		"job_name": job_name or name,
		"user": frappe.session.user,
		"kwargs": kwargs,
	}

	def start():
		if _worker_queue is not None:
			_worker_queue.put((job, {"site": frappe.local.site, **arguments}))
		else:
			_run_here(job, arguments, on_success, on_failure)
		return job

	if enqueue_after_commit:
		frappe.db.after_commit.add(start)
		return None
	return start()


def get_job(job_id):
	"""No job waits: those enqueued have run."""
	return None


def _run_here(job, arguments, on_success, on_failure):
	"""Run a job in this thread; jobs that it enqueues run after it, as they would in a queue."""
	_waiting.append((job, arguments, on_success, on_failure))
	if len(_waiting) > 1:
		return
	while _waiting:
		try:
			_perform(*_waiting[0])
		finally:
			_waiting.popleft()


def _perform(job, arguments, on_success, on_failure):
	"""A job's failure is logged and undone, and does not reach the caller.

	Nested in a transaction the job becomes a part of it; otherwise it is committed, so that no lock stays.
	"""
	db = frappe.db
	nested = bool(db._conn and db._conn.in_transaction)
	save_point = f"job_{frappe.generate_hash(length=10)}"
	previous = getattr(frappe.local, "job", None)
	method = arguments["method"]
	frappe.local.job = frappe._dict(arguments, site=frappe.local.site, after_job=CallbackManager())
	job.status = "started"
	try:
		if nested:
			db.savepoint(save_point)
		method = frappe.get_attr(method) if isinstance(method, str) else method
		job.result = method(**arguments["kwargs"])
		job.status = "finished"
		if not nested:
			db.commit()
		if on_success:
			on_success(job, None, job.result)
	except Exception as error:
		job.status = "failed"
		sys.stderr.write(f"{frappe.get_traceback()}\n")
		_undo(nested, save_point)
		frappe.log_error(title=job.func_name)
		if not nested:
			db.commit()
		if on_failure:
			on_failure(job, None, type(error), error, error.__traceback__)
	finally:
		frappe.local.job.after_job.run()
		frappe.local.job = previous


def _undo(nested, save_point):
	if not nested:
		frappe.db.rollback()
		return
	# Where the job committed or rolled back on its own, there is nothing left to undo.
	with suppress(frappe.db.OperationalError):
		frappe.db.rollback(save_point=save_point)


def start_worker() -> threading.Thread:
	"""From now on let one thread run the jobs of this process, each on its own connection."""
	global _worker_queue
	_worker_queue = queue.Queue()
	thread = threading.Thread(target=_work, args=(_worker_queue,), name="sandbox-jobs", daemon=True)
	thread.start()
	return thread


def wait_for_jobs() -> None:
	"""Wait until the worker thread has run everything enqueued so far."""
	if _worker_queue is not None:
		_worker_queue.join()


def _work(jobs):
	from frappe.utils.background_jobs import execute_job

	while True:
		job, arguments = jobs.get()
		try:
			job.status = "started"
			job.result = execute_job(**arguments)
			job.status = "finished"
		except Exception:
			job.status = "failed"
		finally:
			jobs.task_done()
