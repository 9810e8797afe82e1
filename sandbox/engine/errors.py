"""Named errors of the sandbox: each message says what is wrong and what to do about it."""


class SandboxError(Exception):
	"""Anything the sandbox cannot do; printed without a traceback by the command line."""


class PythonTooOldError(SandboxError):
	"""The interpreter is older than the engine supports."""


class PackageInstallError(SandboxError):
	"""pip could not install or download what the sandbox needs."""


class NotWritableError(SandboxError):
	"""The folder for the sandbox's files cannot be written."""


class RepairError(SandboxError):
	"""The text that a repair of the engine replaces is not there: the engine is not the expected one."""


class SiteError(SandboxError):
	"""A site is missing, exists already, or could not be made."""
