"""Where everything of the sandbox lives. No other module joins these names."""

import os
import sys
from pathlib import Path

SANDBOX_PACKAGE = Path(__file__).resolve().parent.parent
REPO_ROOT = SANDBOX_PACKAGE.parent

REQUIREMENTS = SANDBOX_PACKAGE / "requirements.txt"
OVERLAY = SANDBOX_PACKAGE / "overlay"
STAND_IN_APPS = SANDBOX_PACKAGE / "erpnext"


def home() -> Path:
	"""The ignored folder that holds all that is made; ``SANDBOX_HOME`` moves it."""
	return Path(os.environ.get("SANDBOX_HOME") or REPO_ROOT / ".sandbox").absolute()


def python_home() -> Path:
	"""What belongs to one Python version: its virtual environment and its copy of the engine."""
	return home() / f"py{sys.version_info[0]}{sys.version_info[1]}"


def venv() -> Path:
	return python_home() / "venv"


def venv_python() -> Path:
	folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
	return venv() / folder / name


def library() -> Path:
	"""The folder on ``sys.path`` that holds the renamed and mended ``frappe`` package."""
	return python_home() / "lib"


def downloads() -> Path:
	return home() / "downloads"


def templates() -> Path:
	return home() / "templates"


def sites() -> Path:
	return home() / "sites"


def logs() -> Path:
	return home() / "logs"
