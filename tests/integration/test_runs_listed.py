"""``funsies runs``, and commands that are about one run: in one process, on a real server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

import funsies as f
from funsies.cli.exits import Exit
from funsies.cli.main import main
from funsies.cli.run import script_recorder
from funsies.history.run_records import forget

HERE = f.options(distributed=False)


def double(number: int) -> int:
    return 2 * number


def invert(number: float) -> float:
    return 1 / number


class User:
    """Somebody who runs programs, and commands of funsies."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._capsys = capsys

    def program(
        self, script: str, *arguments: str, steps: Callable[[], list[f.Artefact]]
    ) -> None:
        """A program of this name executes some steps."""
        with f.Fun(f.Server(self.url), HERE) as session:
            session.recorder = script_recorder(session.backend, [script, *arguments])
            f.execute(*steps())
            session.recorder.close()
        self._capsys.readouterr()

    def funsies(self, *arguments: str, code: Exit = Exit.OK) -> str:
        """What a command prints on stdout; what it says beside that is in ``said``."""
        assert main(["--jobs", self.url, *arguments]) == code
        printed = self._capsys.readouterr()
        self.said = printed.err
        return printed.out

    def read(self, *arguments: str) -> list[dict] | dict:
        return json.loads(self.funsies(*arguments, "--json"))


def doubles(*numbers: int) -> list[f.Artefact]:
    return [f.reduce(double, f.reduce(double, number)) for number in numbers]


@pytest.fixture
def user(redis_url: str, capsys: pytest.CaptureFixture[str]) -> User:
    return User(redis_url, capsys)


@pytest.fixture
def three(user: User) -> User:
    """Somebody who has run three programs, the second of which had an error."""
    user.program("flow.py", "5", steps=lambda: doubles(1, 2, 3))
    user.program("flow.py", "wrong", steps=lambda: [*doubles(1), f.reduce(invert, 0.0)])
    user.program("-m", "project.flow", "a b", steps=lambda: doubles(1, 9))
    return user


def test_runs_are_listed_newest_first(three: User) -> None:
    third, second, first = three.read("runs")
    assert [each["run"] for each in (first, second, third)] == [1, 2, 3]
    assert [each["outcome"] for each in (first, second, third)] == ["done", "errors", "done"]
    assert third["counts"]["double"]["done"] == third["counts"]["double"]["cached"] == 2
    assert second["counts"]["invert"]["failed"] == 1
    assert first["seconds"] == first["ended"] - first["began"]
    assert len(first["targets"]) == 3
    lines = three.funsies("runs").splitlines()
    (line,) = [each for each in lines if "flow.py wrong" in each]
    assert "errors" in line
    assert any("-m project.flow 'a b'" in each for each in lines)
    assert [each["run"] for each in three.read("runs", "--limit", "2")] == [3, 2]


def test_a_run_is_shown_by_its_number_or_from_the_end(three: User) -> None:
    last = three.funsies("runs", "show")
    assert last == three.funsies("runs", "show", "last") == three.funsies("runs", "show", "3")
    assert "-m project.flow 'a b'" in last
    assert "1 request for 2 targets" in last
    shown = three.funsies("runs", "show", "-1")
    assert "flow.py wrong" in shown
    assert "failed" in shown
    assert three.read("runs", "show", "-1") == three.read("runs")[1]
    for missing in ("4", "0", "-3", "-77"):
        assert three.funsies("runs", "show", missing, code=Exit.UNKNOWN_HASH) == ""
        assert f"there is no run {missing}; see: funsies runs" in three.said
    three.funsies("runs", "show", "odd", code=Exit.USAGE)
    assert "'odd' is no run" in three.said


def test_ls_and_graph_are_of_the_last_run_unless_another_is_named(three: User) -> None:
    def steps(*options: str) -> int:
        return sum(task["steps"] for task in three.read("ls", *options))

    def boxes(*options: str) -> int:
        return three.funsies("graph", *options).count("fillcolor")

    assert steps() == steps("--run", "3") == steps("--run", "last") == boxes() == 4
    assert "run 3: -m project.flow 'a b'" in three.said
    assert steps("--run", "1") == steps("--run", "-2") == boxes("--run", "1") == 6
    assert steps("--all") == boxes("--all") == 9
    assert len(three.read("ls", "--steps", "--run", "2", "--status", "failed")) == 1
    assert three.read("ls", "invert") == []
    assert "funsies ls --all" in three.said
    assert len(three.read("ls", "invert", "--all")) == 1
    three.funsies("ls", "--run", "1", "--all", code=Exit.USAGE)
    three.funsies("graph", "--run", "9", code=Exit.UNKNOWN_HASH)


def test_tree_is_of_the_results_of_a_run(three: User) -> None:
    lines = three.funsies("tree").splitlines()
    assert len([each for each in lines if each.startswith("double")]) == 2
    assert len(three.read("tree", "--run", "1")) == 3
    three.funsies("tree", "--run", "9", code=Exit.UNKNOWN_HASH)


def test_logs_are_of_the_steps_that_a_run_has_run(user: User) -> None:
    def commands(*texts: str) -> list[f.Artefact]:
        return [f.shell(text).stdout for text in texts]

    first, second = "echo one; echo two >&2", "printf three"
    user.program("one.py", steps=lambda: commands(first))
    user.program("two.py", steps=lambda: commands(first, second, "true"))
    assert [line for line in user.funsies("logs").splitlines() if line] == [
        f"==> {operation(second)} printf <==",
        "three",
    ]
    assert user.funsies("logs", "--run", "1").splitlines() == [
        f"==> {operation(first)} echo <==",
        "one",
        "two",
    ]
    user.funsies("logs", "--json", code=Exit.USAGE)
    user.funsies("logs", "--run", "9", code=Exit.UNKNOWN_HASH)


def operation(command: str) -> str:
    return f.shell(command).operation.digest.hex()[:10]


def test_the_last_run_is_among_what_status_shows(three: User) -> None:
    assert "run      3 done: -m project.flow 'a b'" in three.funsies("status")
    assert three.read("status")["run"]["number"] == 3


def test_a_hash_is_found_whichever_run_it_is_of(three: User) -> None:
    (failed,) = three.read("ls", "--steps", "invert", "--all")
    digest = failed["operation"]
    assert "invert" in three.funsies("tree", digest)
    assert three.funsies("graph", digest).count("fillcolor") == 1


def test_without_any_run_all_there_is_is_shown(user: User) -> None:
    with f.Fun(f.Server(user.url)):
        f.reduce(double, 1)
    assert user.funsies("runs") == ""
    assert "nothing was run yet" in user.said
    assert user.read("runs") == []
    assert [task["steps"] for task in user.read("ls")] == [1]
    assert user.funsies("graph").count("fillcolor") == 1
    for command in (("runs", "show"), ("tree",), ("logs",), ("ls", "--run", "last")):
        user.funsies(*command, code=Exit.UNKNOWN_HASH)
        assert "nothing was run yet" in user.said
    assert user.read("status")["run"] is None


def test_a_server_whose_records_of_runs_are_gone_shows_all_there_is(three: User) -> None:
    with f.Fun(f.Server(three.url)) as session:
        forget(session.backend.graph.named, [1, 2, 3])
    assert sum(task["steps"] for task in three.read("ls")) == 9


def test_a_command_that_asks_for_a_result_is_a_run(
    stage, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with f.Fun(f.Server(user.url)):
        digest = f.reduce(double, 4).hash
    monkeypatch.setattr(sys, "argv", ["funsies", "execute", digest])
    user.funsies("execute", digest)
    (run,) = user.read("runs")
    assert (run["script"], run["arguments"]) == ("funsies", ["execute", digest])
    assert (run["outcome"], run["counts"]["double"]["unfinished"]) == ("running", 1)
    assert run["ended"] is not None


HOSTILE = "\x1b]0;title\x07:smile:[red]\u202e"


def test_hostile_names_disturb_neither_the_terminal_nor_the_table(user: User) -> None:
    user.program(
        f"{HOSTILE}.py", "a\nb", HOSTILE, steps=lambda: [f.reduce(double, 1, name="[b]:smile:")]
    )
    for command in (("runs",), ("runs", "show"), ("ls",)):
        shown = user.funsies(*command) + user.said
        assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    shown = user.funsies("runs", "show")
    assert "\\x1b]0;title\\x07:smile:[red]\\u202e.py" in shown
    assert "[b]:smile:" in shown
    assert user.read("runs", "show")["arguments"] == ["a\nb", HOSTILE]


def test_numbers_of_runs_are_completed(three: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(words: str) -> list[str]:
        monkeypatch.setenv("_FUNSIES_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", f"funsies --jobs {three.url} {words}")
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) + 2))
        return [line.partition(",")[2] for line in three.funsies().split()]

    assert offered("runs show ") == ["last", "3", "2", "1"]
    assert offered("ls --run 2") == ["2"]
    assert offered("graph --run l") == ["last"]


@pytest.mark.parametrize(
    "command",
    [["report", "-o", "-"], ["trace"], ["why", "--run"], ["cancel", "--run"], ["diff", "last"]],
)
def test_each_command_takes_the_same_names_of_runs(three: User, command: list[str]) -> None:
    assert three.funsies(*command, "-1") == three.funsies(*command, "2")
    three.funsies(*command, "7", code=Exit.UNKNOWN_HASH)
    assert "there is no run 7; see: funsies runs" in three.said


def test_why_lists_what_a_name_may_mean_as_all_commands_do(three: User) -> None:
    three.funsies("why", "double", code=Exit.UNKNOWN_HASH)
    said = three.said
    three.funsies("cat", "double", code=Exit.UNKNOWN_HASH)
    assert said == three.said
    assert "give the label or the hash of one of them" in said


def test_two_steps_that_are_compared_are_called_by_their_labels(three: User) -> None:
    told = three.funsies("diff", "double(number=1)", "double(number=9)")
    assert told.startswith("double(number=9) ")


def test_a_step_that_ran_for_a_reason_of_its_own_is_called_by_its_label(user: User) -> None:
    user.program("flow.py", steps=lambda: doubles(1, 2))
    user.program("flow.py", steps=lambda: [*doubles(1), f.reduce(double, 5)])
    assert "double(number=5) " in user.funsies("why")
