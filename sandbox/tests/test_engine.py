"""Making the engine: edits of its source, stamps, errors that say what to do. No site needed."""

import subprocess
import sys
import textwrap

import pytest

from sandbox.engine import environment, paths, repairs, rewrite
from sandbox.engine.errors import (
	NotWritableError,
	PackageInstallError,
	PythonTooOldError,
	RepairError,
	SiteError,
)
from sandbox.site import App, Bench

SOURCE = textwrap.dedent(
	'''
	import os


	@decorated
	def first(a):
		"""Text."""
		return a


	class Box:
		def method(self):
			return 1

		def other(self):
			return 2
	'''
).replace("    ", "\t")


def test_substitute_wants_its_text_as_often_as_expected():
	assert rewrite.substitute("return a", "return b")(SOURCE).count("return b") == 1
	with pytest.raises(RepairError, match="found 0"):
		rewrite.substitute("not there", "x")(SOURCE)
	with pytest.raises(RepairError, match="found 3"):
		rewrite.substitute("return", "x")(SOURCE)


def test_define_replaces_functions_and_methods_whole():
	result = rewrite.define("first", "from module import first")(SOURCE)
	assert "@decorated" not in result
	assert "from module import first" in result
	result = rewrite.define("Box.method", "method = other_method")(SOURCE)
	assert "\tmethod = other_method" in result
	assert "return 1" not in result
	assert "return 2" in result
	compile(result, "<test>", "exec")
	with pytest.raises(RepairError, match="no definition"):
		rewrite.define("Box.missing", "")(SOURCE)


def test_repairs_name_the_file_that_is_not_as_expected(tmp_path):
	(tmp_path / "a.py").write_text(SOURCE)
	with pytest.raises(RepairError, match=r"a\.py"):
		rewrite.apply(tmp_path, {"a.py": [rewrite.substitute("not there", "")]})
	with pytest.raises(RepairError, match=r"b\.py"):
		rewrite.apply(tmp_path, {"b.py": []})


def test_every_repaired_file_is_valid():
	for name in repairs.REPAIRS:
		source = (paths.library() / "frappe" / name).read_text(encoding="utf-8")
		compile(source, name, "exec")


def test_nothing_of_the_engines_other_name_is_left():
	for name in ("__init__.py", "hooks.py", "public/js/frappe/form/form.js", "utils/data.py"):
		assert "monoframe" not in (paths.library() / "frappe" / name).read_text(encoding="utf-8").lower()
	assert not list(paths.library().glob("**/*monoframe*"))


def test_setting_up_again_only_compares_stamps():
	said = []
	assert environment.ensure(said.append) == paths.venv_python()
	assert said == []


def test_old_pythons_are_refused(monkeypatch):
	monkeypatch.setattr(sys, "version_info", (3, 9, 1))
	with pytest.raises(PythonTooOldError, match="too old"):
		environment.check_python()


def test_folders_that_cannot_be_written(tmp_path):
	file = tmp_path / "file"
	file.touch()
	with pytest.raises(NotWritableError, match="SANDBOX_HOME"):
		environment.make_folder(file / "folder")


def test_failures_of_pip_are_told(monkeypatch):
	failure = subprocess.CompletedProcess(
		[], 1, "", "WARNING: x\nERROR: No matching distribution found for y\n"
	)
	monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failure)
	with pytest.raises(PackageInstallError, match="No matching distribution found for y") as error:
		environment._pip("install", "y")
	assert "WARNING" not in str(error.value)


def test_a_damaged_download_is_removed(monkeypatch, tmp_path):
	monkeypatch.setattr(paths, "downloads", lambda: tmp_path)
	(tmp_path / environment.ENGINE_WHEEL).write_bytes(b"damaged")
	with pytest.raises(PackageInstallError, match="SHA-256"):
		environment._engine_wheel()
	assert not (tmp_path / environment.ENGINE_WHEEL).exists()


def test_requirements_are_pinned():
	lines = paths.REQUIREMENTS.read_text().splitlines()
	packages = [line for line in lines if line and not line.startswith("#")]
	assert all("==" in line for line in packages)
	assert "://" not in "".join(packages)


def test_layers_change_with_the_files_of_their_app(tmp_path):
	package = tmp_path / "some_app"
	package.mkdir()
	(package / "hooks.py").write_text("app_name = 'some_app'\n")
	bench = Bench(tmp_path / "sites", (App("some_app", tmp_path), App("not_there", tmp_path)))
	before = bench.layers()
	assert [app for app, _key in before] == ["frappe", "some_app"]
	(package / "form.js").write_text("// read while the site runs")
	assert bench.layers() == before
	(package / "hooks.py").write_text("app_name = 'some_app'\n# changed\n")
	after = bench.layers()
	assert after[0] == before[0]
	assert after[1] != before[1]


@pytest.mark.parametrize("name", ["", "../x", "UPPER", "a/b", ".hidden"])
def test_names_of_sites(tmp_path, name):
	bench = Bench(tmp_path)
	with pytest.raises(SiteError):
		bench.new_site(name)
	with pytest.raises(SiteError):
		bench.destroy(name)


def test_missing_sites_are_told(tmp_path):
	with pytest.raises(SiteError, match="new-site nowhere"):
		Bench(tmp_path).connect("nowhere")


def test_command_line():
	command = [sys.executable, "-m", "sandbox"]
	result = subprocess.run([*command, "--help"], capture_output=True, text=True, cwd=paths.REPO_ROOT)
	assert result.returncode == 0
	assert "new-site" in result.stdout
	result = subprocess.run(
		[*command, "list-apps", "--site", "no-such-site"], capture_output=True, text=True, cwd=paths.REPO_ROOT
	)
	assert result.returncode == 1
	assert "SiteError" in result.stderr
	assert "Traceback" not in result.stderr
