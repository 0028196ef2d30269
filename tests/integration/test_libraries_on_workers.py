"""A worker runs a step with the libraries that count for it, or says that it has others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.engine.worker import run_worker
from funsies.run import evaluate


def work_with(folder, *arguments, **options):
    """Be a worker with other libraries and in another directory than the program."""
    others = (each for each in sys.path if not list(Path(each).glob("fake_lib*")))
    sys.path[:] = [folder, *others]
    os.chdir(folder)
    evaluate.ELSEWHERE_DELAY_MS = 50
    run_worker(*arguments, **options)


@pytest.fixture
def install(tmp_path):
    """Make a folder in which a version of ``fake_lib`` is installed."""

    def install_version(version, **metadata):
        folder = tmp_path / f"with {version} {len(list(tmp_path.iterdir()))}"
        info = folder / f"fake_lib-{version}.dist-info"
        info.mkdir(parents=True)
        (folder / "fake_lib.py").write_text(f"VERSION = {version!r}")
        (info / "RECORD").write_text(f"fake_lib.py,sha256={version},1\n")
        for name, text in metadata.items():
            (info / name).write_text(text)
        return str(folder)

    return install_version


@pytest.fixture
def use(monkeypatch):
    """Let this program use what is in a folder."""

    def use_folder(folder):
        monkeypatch.syspath_prepend(folder)

    yield use_folder
    sys.modules.pop("fake_lib", None)


def asking(note: Path) -> Callable[[], str]:
    """A step that is looked at anew in each test, since it holds a value."""

    def ask() -> str:
        import fake_lib  # noqa: PLC0415 (it is there only while a test runs)

        with note.open("a", encoding="utf-8") as file:
            file.write("*")
        return fake_lib.VERSION

    return ask


def executed(step):
    f.execute(step)
    f.wait_for(step, timeout=30)
    return f.take(step, strict=False)


OWN = {"direct_url.json": '{"url": "file:///home/me/fake_lib", "dir_info": {}}'}


@pytest.mark.parametrize(
    ("origin", "there", "said"),
    [
        ({}, "2.0", ("fake-lib 1.0", "fake-lib 2.0", "'fake-lib==1.0'")),
        ({}, None, ("fake-lib 1.0", "has none", "'fake-lib==1.0'")),
        (OWN, "1.1", ("fake-lib 1.0", "fake-lib 1.1", "install the same")),
    ],
)
def test_another_version_on_the_worker_is_an_error_with_a_remedy(  # noqa: PLR0917 (fixtures)
    stage, install, use, tmp_path, origin, there, said
):
    use(install("1.0", **origin))
    wrong = str(tmp_path) if there is None else install(there, **origin)
    worker = stage.start_worker(target=work_with, arguments=(wrong,))
    with f.Fun(stage.server):
        step = f.reduce(asking(tmp_path / "note"))
        error = executed(step).failure()
        assert error.kind is ErrorKind.WrongLibrary
        assert [each for each in said if each not in error.details] == [], error.details
        assert ("[tool.funsies.libraries]" in error.details) == (there is not None)
        assert not (tmp_path / "note").exists()
        worker.terminate()
        worker.join(30)
        stage.start_worker(target=work_with, arguments=(install("1.0", **origin),))
        assert executed(step).unwrap() == "1.0"


def test_a_step_has_the_same_address_where_another_step_builds_it(
    stage, install, use, tmp_path, monkeypatch
):
    """Also if the worker's directory has rules of its own, or none."""
    program, elsewhere = tmp_path / "program", install("1.0", **OWN)
    program.mkdir()
    rules = '[tool.funsies.libraries]\nfake-lib = "{}"\n'
    (program / "pyproject.toml").write_text(rules.format("version"))
    (Path(elsewhere) / "pyproject.toml").write_text(rules.format("content"))
    monkeypatch.chdir(program)
    use(install("1.0", **OWN))
    stage.start_worker(target=work_with, arguments=(elsewhere,))
    note = tmp_path / "note"
    with f.Fun(stage.server):
        ask = asking(note)
        assert executed(f.reduce(ask)).unwrap() == "1.0"
        assert executed(f.put(1).bind(lambda _: f.reduce(ask))).unwrap() == "1.0"
        assert executed(f.put(2).map(str).bind(lambda _: f.reduce(ask))).unwrap() == "1.0"
    assert note.read_text() == "*"
