"""What git says is found out without harm, wherever the script is."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from funsies.history.git import GitQuestion
from funsies.store.rows.run_rows import Git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit of ``flow.py``."""
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "flow.py").write_text("pass\n")
    git(tmp_path, "add", "flow.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def git(place: Path, *arguments: str) -> str:
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=place, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def ask(directory: Path, script: Path | None = None, seconds: float = 60.0) -> Git | None:
    question = GitQuestion(directory, script)
    question.wait(seconds)
    assert question.is_answered
    return question.answer()


def put_in_front(place: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Have git be a shell script."""
    (place / "git").unlink(missing_ok=True)
    (place / "git").write_text(f"#!/bin/sh\n{script}\n")
    (place / "git").chmod(0o755)
    if str(place) not in os.environ["PATH"].split(":"):
        monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")


def test_a_clean_commit_is_told_with_its_branch(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "results.txt").write_text("1\n")
    answer = ask(repository, repository / "flow.py")
    assert answer == Git(commit, "main", is_clean=True)


def test_a_changed_file_or_one_that_git_does_not_know_is_not_clean(repository: Path) -> None:
    (repository / "other.py").write_text("pass\n")
    answer = ask(repository, repository / "other.py")
    assert answer is not None
    assert not answer.is_clean
    (repository / "flow.py").write_text("changed\n")
    answer = ask(repository)
    assert answer is not None
    assert not answer.is_clean


def test_before_the_first_commit_and_beside_a_branch_nothing_is_made_up(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    git(repository, "checkout", "-q", "--detach")
    answer = ask(repository)
    assert answer is not None
    assert answer.branch == ""
    empty = tmp_path_factory.mktemp("empty")
    git(empty, "init", "-q", "-b", "main")
    assert ask(empty) == Git("", "main", is_clean=True)


def test_outside_of_a_repository_there_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert ask(tmp_path) is None
    assert ask(tmp_path / "nothing") is None


def test_variables_that_name_another_repository_are_not_heeded(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("other")))
    answer = ask(repository, repository / "flow.py")
    assert answer is not None
    assert answer.is_clean


def test_without_git_there_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask(tmp_path) is None


def test_git_that_hangs_is_waited_for_once_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pid")
    put_in_front(tmp_path, monkeypatch, f"echo $$ >{tmp_path}/pid\nexec sleep 600")
    question = GitQuestion(tmp_path, None)
    pid = int((tmp_path / "pid").read_text())
    question.wait(0.3)
    patience: list[float | None] = []
    wait = subprocess.Popen.wait

    def waits(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        patience.append(timeout)
        return wait(process, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", waits)
    question.wait(0.3)
    assert patience == [0.0]
    assert not question.is_answered
    question.drop()
    with suppress(ChildProcessError):  # it is waited for only so long: then it ends by itself
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize("ending", [GitQuestion.drop, GitQuestion.put_off])
def test_git_that_does_not_end_at_once_though_killed_is_let_go_of_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: Callable[[GitQuestion], None]
) -> None:
    """As it does while it waits for a disk: Python complains if it is just forgotten."""
    put_in_front(tmp_path, monkeypatch, "exec sleep 600")
    spared: list[subprocess.Popen[bytes]] = []

    def spares(process: subprocess.Popen[bytes]) -> None:
        spared.append(process)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess.Popen, "kill", spares)
        question = GitQuestion(tmp_path, None)
        ending(question)
        assert not question.is_answered
        del question
    pid = spared.pop().pid  # with the last we have of it, it would be forgotten
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    put_in_front(tmp_path, monkeypatch, "echo '# branch.oid abc'")
    assert ask(tmp_path) == Git("abc", "", is_clean=True)
    with pytest.raises(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG)


def test_git_that_was_put_off_is_asked_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_front(tmp_path, monkeypatch, "exec sleep 600")
    question = GitQuestion(tmp_path, tmp_path / "flow.py")
    question.put_off()
    assert not question.is_answered
    put_in_front(tmp_path, monkeypatch, "echo '# branch.oid abc'")
    question.wait(60)
    assert question.is_answered
    assert question.answer() == Git("abc", "", is_clean=True)


def test_a_question_that_is_interrupted_while_it_is_asked_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by Ctrl-C. A file that is forgotten while it is open would be told as a warning."""
    put_in_front(tmp_path, monkeypatch, "exec sleep 600")
    popen, started = subprocess.Popen, []

    def interrupted(*arguments, **options):
        if started:
            raise KeyboardInterrupt
        started.append(popen(*arguments, **options))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        GitQuestion(tmp_path, tmp_path / "script.py")
    assert started[0].wait(60) == -signal.SIGKILL


def test_without_a_place_for_its_answer_git_is_not_asked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told of a run must not be what it fails by: the disk may be full."""
    monkeypatch.setattr(tempfile, "tempdir", str(repository / "gone"))
    question = GitQuestion(repository, None)
    question.wait(60)
    assert not question.is_answered
    question.put_off()
    question.wait(60)
    question.drop()


def test_git_that_says_very_much_does_not_wait_for_a_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = "echo '# branch.oid abc'; yes '1 .M odd \\377' | head -n 100000"
    put_in_front(tmp_path, monkeypatch, many)
    assert ask(tmp_path) == Git("abc", "", is_clean=False)


def test_no_program_of_the_repository_is_started_and_nothing_is_written(
    repository: Path,
) -> None:
    hook, trace = repository / "hook", repository.parent / "started"
    hook.write_text(f"#!/bin/sh\ntouch {trace}\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(hook))
    index = repository / ".git" / "index"
    os.utime(repository / "flow.py", (5, 5))  # git would write the index anew
    before = index.stat().st_mtime_ns
    assert ask(repository, repository / "flow.py") is not None
    assert not trace.exists()
    assert index.stat().st_mtime_ns == before
