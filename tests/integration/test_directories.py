"""Directories and patterns: from a step, into a step, from the disk and onto it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import funsies as f
from funsies.core.errors import ErrorKind, FileNameError, UnwrapError, WiringError
from funsies.store.connect import INLINE_BYTES

ROOT = Path(f.__file__).parents[1]

MAKE = """
mkdir -p results/deep results/empty
echo 1 > results/a.csv; echo 2 > results/deep/b.csv; echo 3 > results/.hidden
echo '#!/bin/sh\necho it runs' > results/program; chmod +x results/program
echo 4 > c.csv; echo 5 > d.csv
"""
CSV = {"c.csv": b"4\n", "d.csv": b"5\n"}
RESULTS = {
    ".hidden": b"3\n",
    "a.csv": b"1\n",
    "deep/b.csv": b"2\n",
    "program": b"#!/bin/sh\necho it runs\n",
}


@pytest.fixture(params=["memory", "here", "workers"])
def _running(request: pytest.FixtureRequest) -> Any:
    """Inside ``Fun``, wherever steps may run."""
    if request.param == "workers":
        stage = request.getfixturevalue("stage")
        stage.start_worker()
        with f.Fun(stage.server):
            yield
        return
    memory = request.param == "memory"
    server = f.Server("memory://" if memory else request.getfixturevalue("redis_url"))
    with f.Fun(server, f.options(distributed=False)):
        yield


def taken(artefact: f.Artefact[Any]) -> Any:
    f.execute(artefact)
    f.wait_for(artefact, timeout=60)
    return f.take(artefact)


@pytest.mark.usefixtures("_running")
def test_directories_and_patterns_go_from_step_to_step_and_to_functions(tmp_path: Path) -> None:
    made = f.shell(MAKE, out=["*.csv", "results/", "**/*.csv", "c.csv"])
    assert taken(made.out["*.csv"]) == CSV
    assert taken(made.out["results/"]) == RESULTS
    assert set(taken(made.out["**/*.csv"])) == {*CSV, "results/a.csv", "results/deep/b.csv"}
    assert taken(made.out["c.csv"]) == b"4\n"
    assert made.files["*.csv"] == made.out["*.csv"]

    used = f.shell(
        "cd in; ./program; find . | sort; cat ../all/c.csv ../more/x",
        inp={"in/": made.out["results/"], "all/": made.out["*.csv"], "more/": {"x": "text"}},
    )
    found = b".\n./.hidden\n./a.csv\n./deep\n./deep/b.csv\n./empty\n./program\n"
    assert taken(used.stdout) == b"it runs\n" + found + b"4\ntext"

    names = f.morph(sorted, made.files["*.csv"])
    assert taken(names) == ["c.csv", "d.csv"]

    f.takeout(made.out["results/"], tmp_path / "out")
    assert os.access(tmp_path / "out" / "program", os.X_OK)
    assert (tmp_path / "out" / "empty").is_dir()
    assert f.put_dir(tmp_path / "out") == f.put_dir(f"{tmp_path}/out/")
    assert taken(f.put_dir(tmp_path / "out")) == RESULTS
    again = f.shell("cat data/deep/*", inp={"data/": f.put_dir(tmp_path / "out")})
    assert taken(again.stdout) == b"2\n"


@pytest.mark.usefixtures("_running")
def test_a_dict_that_a_function_returns_is_a_directory_of_the_next_step() -> None:
    def write(text: str) -> dict[str, bytes]:
        return {"a": text.encode(), "b/c": b"c"}

    def texts() -> dict[str, str]:
        return {"a": "é"}

    typed = f.shell("cat d/a d/b/c", inp={"d/": f.reduce(write, "ab")})
    plain = f.shell("cat d/a", inp={"d/": f.reduce(texts)})
    assert taken(typed.stdout) == b"abc"
    assert taken(plain.stdout) == "é".encode()


@pytest.mark.usefixtures("session")
def test_a_large_directory_goes_through_the_data_store() -> None:
    size = 2 * INLINE_BYTES
    made = f.shell(f"mkdir d; head -c {size} /dev/zero > d/1; cp d/1 d/2", out=["d/"])
    used = f.shell("wc -c < d/2", inp={"d/": made.out["d/"]})
    f.execute(used)
    assert f.take(used.stdout).strip() == b"%d" % size
    assert f.take(made.files["d/"]) == {"1": bytes(size), "2": bytes(size)}


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("command", "output", "kind", "message"),
    [
        ("touch a.txt", "*.csv", "MissingOutput", "did not make a file that matches '*.csv'"),
        ("touch a.txt", "*.csv", "MissingOutput", "Its directory holds 'a.txt'"),
        ("mkdir a.csv; touch a.csv/x", "*.csv", "MissingOutput", "matches '*.csv'"),
        ("touch a.txt", "results/", "MissingOutput", "did not make 'results'"),
        ("touch a.csv", "*.{csv,tsv}", "MissingOutput", "braces stand for themselves"),
        ("touch results", "results/", "InvalidOutput", "is a file; name it without the slash"),
        ("touch 'x[1]'", "x[1]", "MissingOutput", "name it in out= as 'x[[]1]'"),
        ("mkdir d; ln -s /etc/passwd d/x", "d/", "InvalidOutput", "leads out of the job"),
        ("mkdir d; ln -s /etc d/x", "d/", "InvalidOutput", "leads out of the job"),
        ("ln -s /etc d", "d/", "InvalidOutput", "leads out of the job"),
        ("ln -s /etc/passwd x.csv", "*.csv", "InvalidOutput", "leads out of the job"),
        ("mkdir d; ln -s nowhere d/x", "d/", "MissingOutput", "'d/x' is a dangling link"),
        ("ln -s nowhere d", "d/", "MissingOutput", "'d' is a dangling link"),
        ("mkdir d; ln -s . d/x", "d/", "InvalidOutput", "'d/x' leads in a circle"),
        (
            "mkdir -p d/e; ln -s ../.. d/e/x",
            "d/",
            "InvalidOutput",
            "'d/e/x/d' leads in a circle",
        ),
        ("mkdir d; ln -s ../d d/x", "*/", "InvalidOutput", "'d/x' leads in a circle"),
        ("mkdir d; mkfifo d/x", "d/", "InvalidOutput", "'d/x' is a FIFO"),
        ("mkdir d; touch d/$(printf '\\377')", "d/", "InvalidOutput", "not valid Unicode"),
        ("mkfifo x.csv", "*.csv", "InvalidOutput", "is a FIFO"),
    ],
)
def test_what_cannot_be_had_is_an_error_that_says_why(
    command: str, output: str, kind: str, message: str
) -> None:
    step = f.shell(command, out=[output], check=False)
    f.execute(step)
    error = f.take(step.out[output], strict=False).failure()
    assert error.kind is ErrorKind[kind]
    assert message in error.details


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("command", "output", "files"),
    [
        ("mkdir d", "d/", {}),
        ("mkdir d; mkdir d/e", "d/", {}),
        ("mkdir d e; touch e/x; ln -s ../e d/l", "d/", {"l/x": b""}),
        ("mkdir d; touch d/x; ln -s d e", "e/", {"x": b""}),
        ("touch 'x[1]'", "x[[]1]", {"x[1]": b""}),
        ("mkdir -p r1/a r2; touch r1/a/x r2/y", "r*/", {"r1/a/x": b"", "r2/y": b""}),
        ("ln -s . loop; touch a.csv", "**/*.csv", {"a.csv": b""}),
        ("touch .a.csv a.csv", ".*.csv", {".a.csv": b""}),
    ],
)
def test_what_there_is_comes_with_its_names(
    command: str, output: str, files: dict[str, bytes]
) -> None:
    step = f.shell(command, out=[output])
    f.execute(step)
    assert f.take(step.files[output]) == files


@pytest.mark.usefixtures("session")
def test_an_input_directory_that_writes_a_file_which_is_there_is_refused() -> None:
    step = f.shell("true", inp={"d/": {"a": b"", "b": b""}, "d/b": b"other"})
    ok = f.shell("cat d/a d/b", inp={"d/": {"a": "1"}, "d/b": "2"})
    f.execute(step, ok)
    assert f.take(ok.stdout) == b"12"
    error = f.take(step.stdout, strict=False).failure()
    assert error.kind is ErrorKind.InvalidInput
    assert "'d/b' would write 'd/b', which another input has written" in error.details


@pytest.mark.parametrize(
    ("inp", "message"),
    [
        ({"d/": "text"}, "a dict of file names"),
        ({"d/": [b"a"]}, "a dict of file names"),
        ({"d/": Path("d")}, r"use put_dir\('d'\)"),
        ({"d/": {"a": Path("x.csv")}}, r"inp=\{'d/a': put_file\('x.csv'\)\}"),
        ({"d/": {"../a": b""}}, "job directory"),
        ({"d/": {"a": 3}}, "no files"),
        ({"d/": {"a/": b""}}, '"a/" is a directory'),
        ({"d/": {"": b""}}, "a file name is empty"),
        ({"d/": {"a": b"", "a/b": b""}}, "directory of"),
        ({"d/": {"a": f.put(b"")}}, "artefacts inside"),
        ({"d/": f.put(b"bytes")}, "an artefact of bytes"),
        ({"d/": f.put({"a": 3})}, "an artefact of dict"),
        ({"d": f.shell("make", out=["r/"]).out["r/"]}, "name it 'd/', with a slash"),
    ],
)
def test_what_is_no_directory_is_refused_when_the_step_is_built(inp: Any, message: str) -> None:
    with pytest.raises(WiringError, match=message):
        f.shell("run", inp=inp)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("name", ["a/", "../a", "/a", "", "a//b"])
def test_names_that_a_function_makes_are_errors_of_the_step(name: str) -> None:
    def files(name: str) -> dict[str, bytes]:
        return {name: b""}

    step = f.shell("ls d", inp={"d/": f.reduce(files, name)})
    f.execute(step)
    error = f.take(step.stdout, strict=False).failure()
    assert error.kind is ErrorKind.EncodingFailed
    assert error.is_remembered


def test_a_dict_under_the_name_of_a_file_is_json() -> None:
    with f.Fun(f.Server("memory://")):
        step = f.shell("cat d", inp={"d": {"a": "1"}})
        f.execute(step)
        assert f.take(step.stdout) == b'{"a":"1"}'


@pytest.mark.usefixtures("session")
def test_put_dir_follows_links_and_refuses_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "data" / "empty").mkdir(parents=True)
    (tmp_path / "data" / "a").write_text("a")
    (tmp_path / "elsewhere").write_text("b")
    (tmp_path / "data" / "b").symlink_to(tmp_path / "elsewhere")
    first = f.put_dir(tmp_path / "data")
    assert f.take(first) == {"a": b"a", "b": b"b"}
    (tmp_path / "data" / "empty").rmdir()
    assert f.put_dir(tmp_path / "data") != first
    for make, message in [
        (lambda path: path.symlink_to("nowhere"), "dangling link"),
        (lambda path: path.symlink_to("."), "link in a circle"),
        (os.mkfifo, "neither a file nor a directory"),
    ]:
        make(tmp_path / "data" / "bad")
        with pytest.raises(WiringError, match=message):
            f.put_dir(tmp_path / "data")
        (tmp_path / "data" / "bad").unlink()
    with pytest.raises(WiringError, match="use put_file"):
        f.put_dir(tmp_path / "elsewhere")
    with pytest.raises(WiringError, match="use put_dir"):
        f.put_file(tmp_path / "data")
    with pytest.raises(FileNotFoundError):
        f.put_dir(tmp_path / "nowhere")
    Path(os.fsdecode(os.fsencode(tmp_path / "data") + b"/\xff")).touch()
    with pytest.raises(FileNameError, match="not valid Unicode"):
        f.put_dir(tmp_path / "data")


@pytest.mark.usefixtures("session")
def test_takeout_leaves_other_files_alone_and_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = f.shell("mkdir d; echo new > d/a", out=["d/", "x/"])
    f.execute(step)
    (tmp_path / "a").write_text("old")
    (tmp_path / "mine").write_text("mine")
    monkeypatch.chdir(tmp_path)
    f.takeout(step.out["d/"], ".")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "a": "new\n",
        "mine": "mine",
    }
    with pytest.raises(UnwrapError):
        f.takeout(step.out["x/"], tmp_path / "other")
    with pytest.raises(OSError, match="mine"):
        f.takeout(step.out["d/"], tmp_path / "mine")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "mine"]


@pytest.mark.usefixtures("session")
def test_takeout_names_what_is_in_the_way(tmp_path: Path) -> None:
    step = f.shell("mkdir -p d/sub; echo 1 > d/sub/x; echo 2 > d/y", out=["d/"])
    f.execute(step)
    (tmp_path / "one" / "y").mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match=r"'.*/one/y'"):
        f.takeout(step.out["d/"], tmp_path / "one")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "sub").touch()
    with pytest.raises(FileExistsError, match=r"'.*/two/sub'"):
        f.takeout(step.out["d/"], tmp_path / "two")


PROGRAM = """
import resource, sys
import funsies as f

def peak_bytes():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

url, directory = sys.argv[1:]
with f.Fun(f.Server(url, f"file://{directory}/store"), f.Options(distributed=False)):
    small = f.shell("cp -r a b", inp={"a/": {"x": b"x"}}, out=["b/"])
    f.execute(small)
    f.takeout(small.out["b/"], f"{directory}/small")
    before = peak_bytes()
    large = f.shell("cp -r a b", inp={"a/": f.put_dir(f"{directory}/large")}, out=["b/"])
    f.execute(large)
    f.takeout(large.out["b/"], f"{directory}/out")
    print(peak_bytes() - before)
"""


def test_directories_larger_than_memory_go_in_and_out(redis_url: str, tmp_path: Path) -> None:
    """``put_dir``, a shell step and ``takeout`` of 120 MB take a few MB of memory."""
    (tmp_path / "large").mkdir()
    for number in range(2):
        (tmp_path / "large" / str(number)).write_bytes(os.urandom(1 << 20) * 60)
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(script), redis_url, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 25 * (1 << 20)
    for number in "01":
        original = (tmp_path / "large" / number).read_bytes()
        assert (tmp_path / "out" / number).read_bytes() == original


def test_a_disk_that_is_full_while_a_directory_is_collected_leaves_nothing(
    tmp_path: Path,
) -> None:
    """The files fit, the archive does not; with room it is computed again."""
    server = f.Server("memory://", f"file://{tmp_path}/store")
    make = "mkdir d; head -c 3000000 /dev/zero > d/1; cp d/1 d/2"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with f.Fun(server, f.options(distributed=False)):
        step = f.shell(make, out=["d/"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, hard))
        try:
            f.execute(step)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        error = f.take(step.out["d/"], strict=False).failure()
        assert error.kind is ErrorKind.StoreFailed
        assert "is full" in error.details
        sizes = [each.stat().st_size for each in (tmp_path / "store").rglob("*")]
        assert max(sizes) < 1_000_000
        f.execute(step)
        assert set(f.take(step.files["d/"])) == {"1", "2"}
