# ruff: noqa: E501 (a line of a file stays one line)
"""What was installed is a library, whatever the directory is called that it was installed to."""

from __future__ import annotations

import importlib
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import funsies
from funsies.core.fingerprint import fingerprint, is_project
from funsies.core.fingerprint.distributions import distribution_of, normalised

MODULE = "N = 1\ndef helper(): return N\nclass A:\n    def m(self): return N\n"

INSTALLED = {
    "a package": {
        "fake_lib/__init__.py": MODULE,
        "fake_lib-1.0.dist-info/RECORD": "fake_lib/__init__.py,sha256=x,1\n",
    },
    "a module": {
        "fake_lib.py": MODULE,
        "fake_lib-1.0.dist-info/RECORD": "fake_lib.py,sha256=x,1\n",
    },
    "under another name": {
        "fake_lib/__init__.py": MODULE,
        "aaa-1.0.dist-info/RECORD": "aaa/__init__.py,,\n",
        "Py_Fake-1.0.dist-info/RECORD": "Py_Fake-1.0.dist-info/RECORD,,\nfake_lib/__init__.py,,\n",
    },
    "without a list of files": {
        "fake_lib/__init__.py": MODULE,
        "fake_lib-1.0.dist-info/METADATA": "Name: fake-lib\n",
    },
    "without a list of files and under another name": {
        "fake_lib/__init__.py": MODULE,
        "pyfake-1.0.dist-info/top_level.txt": "other\nfake_lib\n",
    },
    "by setuptools": {
        "fake_lib/__init__.py": MODULE,
        "fake_lib-1.0-py3.11.egg-info/SOURCES.txt": "setup.py",
        "fake_lib-1.0-py3.11.egg-info/installed-files.txt": "../fake_lib/__init__.py\nPKG-INFO\n",
    },
    "by distutils": {
        "fake_lib/__init__.py": MODULE,
        "fake_lib-1.0-py3.11.egg-info": "Name: fake-lib\n",
    },
}

NOT_INSTALLED = {
    "a file of one's own beside what is installed": {
        "fake_lib.py": MODULE,
        "other-1.0.dist-info/RECORD": "other.py,,\nfake_library.py,,\nx/fake_lib.py,,\n",
    },
    "a project that setuptools has installed to be edited": {
        "setup.py": "",
        "fake_lib/__init__.py": MODULE,
        "fake_lib.egg-info/SOURCES.txt": "setup.py\nfake_lib/__init__.py\n",
        "fake_lib.egg-info/top_level.txt": "fake_lib\n",
        "fake_lib.egg-info/PKG-INFO": "Name: fake-lib\nVersion: 2.0\n",
    },
    "a module that another installed one has in its name": {
        "fake_lib/__init__.py": MODULE,
        "fake_lib_extra-1.0.dist-info/RECORD": "fake_lib_extra/__init__.py,,\n",
    },
    "no metadata at all": {"fake_lib.py": MODULE},
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def imported(monkeypatch):
    """Import the module ``fake_lib`` from a folder or archive."""

    def import_from(folder, name="fake_lib"):
        monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        return importlib.import_module(name)

    before = set(sys.modules)
    yield import_from
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("case", INSTALLED)
@pytest.mark.parametrize("folder", ["lib", "__pypackages__/3.11/lib", "opt/python", "v e n d"])
def test_what_was_installed_counts_by_name(tmp_path, imported, folder, case):
    module = imported(write(tmp_path / folder, INSTALLED[case]))
    assert not any(map(is_project, (module, module.helper, module.A, module.A.m)))


@pytest.mark.parametrize("folder", ["env/lib/site-packages", "usr/lib/python3/dist-packages"])
@pytest.mark.parametrize("case", [*INSTALLED, *NOT_INSTALLED])
def test_a_folder_for_libraries_holds_nothing_else(tmp_path, imported, folder, case):
    module = imported(write(tmp_path / folder, (INSTALLED | NOT_INSTALLED)[case]))
    assert not any(map(is_project, (module, module.helper, module.A, module.A.m)))


@pytest.mark.parametrize("case", NOT_INSTALLED)
def test_what_was_not_installed_counts_by_its_code(tmp_path, imported, case):
    module = imported(write(tmp_path / "lib", NOT_INSTALLED[case]))
    assert all(map(is_project, (module, module.helper, module.A, module.A.m)))


@pytest.mark.parametrize("case", ["a package", "a module", "under another name"])
def test_a_wheel_on_the_path_is_installed(tmp_path, imported, case):
    archive = tmp_path / "fake_lib-1.0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as opened:
        for name, text in INSTALLED[case].items():
            opened.writestr(name, text)
    module = imported(archive)
    assert not any(map(is_project, (module, module.helper, module.A, module.A.m)))


def test_a_zipped_project_is_a_project(tmp_path, imported):
    archive = tmp_path / "project.pyz"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("fake_lib.py", MODULE)
    assert is_project(imported(archive))


def test_a_namespace_is_shared_by_libraries_and_the_project(tmp_path, imported):
    record = "fake_space/installed/__init__.py,,\n"
    files = {
        "fake_space/installed/__init__.py": MODULE,
        "fake_space_installed-2.0.dist-info/RECORD": record,
    }
    installed = imported(write(tmp_path / "lib", files), "fake_space.installed")
    del sys.modules["fake_space"]
    own = imported(write(tmp_path / "own", {"fake_space/own.py": MODULE}), "fake_space.own")
    assert not is_project(installed)
    assert not is_project(installed.helper)
    assert is_project(own)
    assert is_project(own.helper)


def test_a_file_that_was_made_later_belongs_to_its_package(tmp_path, imported):
    files = {**INSTALLED["a package"], "fake_lib/_made.py": MODULE}
    assert not is_project(imported(write(tmp_path / "lib", files), "fake_lib._made"))


def test_the_code_of_an_installed_library_does_not_count_line_by_line(tmp_path, imported):
    library = imported(write(tmp_path / "lib", INSTALLED["a package"]))
    found = fingerprint(lambda: library.helper() + 1)
    assert "N" not in "".join(each.path for each in found.ingredients)


@pytest.mark.parametrize(
    ("metadata", "name", "version"),
    [
        ("numpy-2.1.0.dist-info", "numpy", "2.1.0"),
        ("scikit_learn-1.5.0rc1.dist-info", "scikit-learn", "1.5.0rc1"),
        ("ruamel.yaml-0.18-py3.11.egg-info", "ruamel-yaml", "0.18"),
        ("torch-2.1.0+cu121.dist-info", "torch", "2.1.0+cu121"),
        ("old.egg-info", "old", "3.1"),
    ],
)
def test_metadata_says_name_and_version(tmp_path, imported, metadata, name, version):
    files = {"fake_lib.py": MODULE, f"{metadata}/PKG-INFO": "Name: x\nVersion: 3.1\n"}
    files[f"{metadata}/installed-files.txt"] = "../fake_lib.py\n"
    module = imported(write(tmp_path / "lib", files))
    found = distribution_of(str(module.__file__))
    assert found is not None
    assert (found.name, found.version) == (name, version)
    assert normalised(found.name) == name


STEPS = """
import funsies as f
from returns.result import Success

def add(x: int) -> int:
    return Success(x).value_or(0) + 1

def items(n: int) -> list[int]:
    return list(range(n))

with f.Fun(f.Server("memory://")):
    made = f.map_each(add, f.reduce(items, 3)), f.reduce(add, 1).bind(lambda x: f.reduce(add, x))
    f.execute(*made)
    print(f.take(made[0]), f.take(made[1]), f.__file__)
"""


def test_every_step_works_where_funsies_is_in_a_folder_of_any_name(tmp_path, run):
    """``pip install --target lib funsies``, with ``lib`` in the PYTHONPATH."""
    library = tmp_path / "lib"
    library.mkdir()
    for installed in Path(sysconfig.get_path("purelib")).iterdir():
        (library / installed.name).symlink_to(installed)
    (library / "funsies").symlink_to(Path(funsies.__file__).parent)
    (tmp_path / "steps.py").write_text(STEPS)
    printed = run("-S", "steps.py", cwd=tmp_path, path=library)
    assert printed == f"[1, 2, 3] 3 {library / 'funsies' / '__init__.py'}"
