"""Makes the virtual environment and the engine's library. Idempotent: a second run only compares stamps."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.engine import paths
from sandbox.engine.errors import (
	NotWritableError,
	PackageInstallError,
	PythonTooOldError,
)

MINIMUM_PYTHON = (3, 10)

ENGINE_NAME = "monoframe"
ENGINE_VERSION = "0.0.1"
ENGINE_WHEEL = f"{ENGINE_NAME}-{ENGINE_VERSION}-py3-none-any.whl"
ENGINE_SHA256 = "192e1430290ba868e515186a1e21bbdc7190a66fffbfaf35d5296bfca83a70ca"

# The wheel is Frappe's own engine under another name, in three spellings: the real name is put back.
SPELLINGS = ((b"monoframe", b"frappe"), (b"Monoframe", b"Frappe"), (b"MONOFRAME", b"FRAPPE"))

Say = Callable[[str], None]


def ensure(say: Say = lambda message: None) -> Path:
	"""Make or renew what is missing or outdated; return the path of the sandbox's Python."""
	check_python()
	wanted = {"packages": packages_key(), "library": library_key()}
	if _read_stamps() == wanted:
		return paths.venv_python()

	make_folder(paths.python_home())
	with _lock(paths.python_home() / "setup.lock"):
		stamps = _read_stamps()
		if stamps.get("packages") != wanted["packages"]:
			say("Installing Python packages (a minute or two the first time) …")
			_write_stamps({})
			_make_venv()
			_write_stamps({"packages": wanted["packages"]})
		if _read_stamps().get("library") != wanted["library"]:
			say("Unpacking and mending the engine …")
			_make_library()
			_write_stamps(wanted)
	return paths.venv_python()


def check_python() -> None:
	if sys.version_info[:2] < MINIMUM_PYTHON:
		found = ".".join(map(str, sys.version_info[:3]))
		needed = ".".join(map(str, MINIMUM_PYTHON))
		raise PythonTooOldError(
			f"Python {found} is too old for the sandbox: use Python {needed} or newer, "
			f"for example `python{needed} -m sandbox setup`."
		)


def is_inside() -> bool:
	"""Whether this process already runs the sandbox's own Python."""
	return Path(sys.prefix).resolve() == paths.venv().resolve()


def packages_key() -> str:
	"""Changes when the packages to install, or the Python that they are for, change."""
	version = ".".join(map(str, sys.version_info[:3]))
	return f"{version}-{hash_files([paths.REQUIREMENTS], paths.SANDBOX_PACKAGE)}"


def library_key() -> str:
	"""Changes when anything changes that the engine's library is made from."""
	sources = [path for folder in ("engine", "overlay") for path in walk(paths.SANDBOX_PACKAGE / folder)]
	return hash_files(sources, paths.SANDBOX_PACKAGE)


def hash_files(files: list[Path], root: Path) -> str:
	"""One short hash over the names and contents of `files`."""
	digest = hashlib.sha256()
	for path in sorted(files):
		digest.update(path.relative_to(root).as_posix().encode() + b"\0")
		digest.update(hashlib.sha256(path.read_bytes()).digest())
	return digest.hexdigest()[:16]


def walk(folder: Path) -> Iterator[Path]:
	"""All files under `folder` that a person wrote."""
	for root, folders, files in os.walk(folder):
		folders[:] = sorted(name for name in folders if name not in ("__pycache__", "node_modules", "dist"))
		for name in sorted(files):
			if not name.endswith((".pyc", "~")) and not name.startswith("."):
				yield Path(root) / name


def combine(*keys: str) -> str:
	"""One key that changes when any of `keys` does."""
	return hashlib.sha256("\0".join(keys).encode()).hexdigest()[:16]


def make_folder(folder: Path) -> None:
	try:
		folder.mkdir(parents=True, exist_ok=True)
		probe = folder / ".writable"
		probe.touch()
		probe.unlink()
	except OSError as error:
		raise NotWritableError(
			f"cannot write in {folder} ({error.strerror}): free some space, correct the folder's owner, "
			"or set SANDBOX_HOME to a folder that can be written."
		) from error


def _make_venv() -> None:
	import venv

	try:
		# pip comes with `ensurepip`, which some distributions package apart.
		venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(paths.venv())
	except (subprocess.CalledProcessError, OSError) as error:
		raise PackageInstallError(
			f"the virtual environment could not be made ({error}). This Python may lack `venv` or `ensurepip`: "
			"install them (on Debian and Ubuntu the package python3-venv) or use another Python."
		) from error
	# Every pin is listed, so pip need not resolve: it then leaves out what the engine's packages only declare.
	_pip("install", "--no-deps", "--only-binary", ":all:", "--requirement", str(paths.REQUIREMENTS))


def _make_library() -> None:
	from sandbox.engine import repairs, rewrite

	fresh = paths.library().with_name("lib.new")
	shutil.rmtree(fresh, ignore_errors=True)
	try:
		_unpack(_engine_wheel(), fresh)
		shutil.copytree(
			paths.OVERLAY, fresh, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
		)
		rewrite.apply(fresh / "frappe", repairs.REPAIRS)
		shutil.rmtree(paths.library(), ignore_errors=True)
		fresh.rename(paths.library())
		_write_pth()
	except OSError as error:
		raise NotWritableError(
			f"cannot write the engine's library ({error}): free some space or set SANDBOX_HOME to another folder."
		) from error


def _engine_wheel() -> Path:
	"""The engine's wheel, downloaded once and checked on every use."""
	wheel = paths.downloads() / ENGINE_WHEEL
	if not wheel.is_file():
		make_folder(paths.downloads())
		# Its declared dependencies hold a database client that must be compiled: only the wheel itself is wanted.
		_pip(
			"download", "--no-deps", "--only-binary", ":all:", "--dest", str(paths.downloads()),
			f"{ENGINE_NAME}=={ENGINE_VERSION}",
		)  # fmt: skip
	found = hashlib.sha256(wheel.read_bytes()).hexdigest()
	if found != ENGINE_SHA256:
		wheel.unlink()
		raise PackageInstallError(
			f"{ENGINE_WHEEL} has the SHA-256 {found}, expected {ENGINE_SHA256}: the download was damaged or the "
			"index serves another file. It was removed; run the set-up again."
		)
	return wheel


def _unpack(wheel: Path, target: Path) -> None:
	"""Unpack the engine and give it Frappe's name, in file names as in texts."""
	with zipfile.ZipFile(wheel) as archive:
		for entry in archive.infolist():
			if entry.is_dir() or ".dist-info/" in entry.filename:
				continue
			name, content = entry.filename.encode(), archive.read(entry)
			is_text = _is_text(content)
			for spelling, real_name in SPELLINGS:
				name = name.replace(spelling, real_name)
				if is_text:
					content = content.replace(spelling, real_name)
			path = target / name.decode()
			path.parent.mkdir(parents=True, exist_ok=True)
			path.write_bytes(content)


def _is_text(content: bytes) -> bool:
	if b"\0" in content:
		return False
	try:
		content.decode("utf-8")
	except UnicodeDecodeError:
		return False
	return True


def _write_pth() -> None:
	"""Put the engine, the repository's app and the stand-in apps on the sandbox Python's path."""
	site_packages = next((paths.venv() / "lib").glob("python*/site-packages"), None)
	site_packages = site_packages or paths.venv() / "Lib" / "site-packages"
	entries = (paths.library(), paths.REPO_ROOT, paths.STAND_IN_APPS)
	(site_packages / "sandbox.pth").write_text("".join(f"{entry}\n" for entry in entries), encoding="utf-8")


def _pip(*arguments: str) -> None:
	command = [str(paths.venv_python()), "-m", "pip", "--disable-pip-version-check", *arguments]
	result = subprocess.run(command, capture_output=True, text=True)
	if result.returncode:
		output = (result.stderr or result.stdout).strip().splitlines()
		errors = [line for line in output if line.startswith("ERROR")] or output[-5:]
		raise PackageInstallError(
			"pip could not get the sandbox's packages:\n  "
			+ "\n  ".join(errors)
			+ "\nCheck that the package index can be reached (`pip config list` shows which one is used), that the "
			"disk is not full, and run `python -m sandbox setup` again: what was installed is kept in pip's cache."
		)


def _stamps_file() -> Path:
	return paths.python_home() / "stamps.json"


def _read_stamps() -> dict[str, str]:
	if not paths.venv_python().exists():
		return {}
	try:
		return json.loads(_stamps_file().read_text())
	except (OSError, ValueError):
		return {}


def _write_stamps(stamps: dict[str, str]) -> None:
	_stamps_file().write_text(json.dumps(stamps))


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
	"""Let one process at a time make things; where the system has no such lock, go without."""
	with path.open("w") as file:
		try:
			import fcntl
		except ImportError:
			yield
			return
		fcntl.flock(file, fcntl.LOCK_EX)
		yield
