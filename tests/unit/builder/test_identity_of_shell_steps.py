"""Shell steps: commands, files and environment are the address, options are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f

words = st.text("ab&; \n:->\"'", min_size=1, max_size=6).filter(lambda text: text.strip())


def address(*commands: str, **how: Any) -> str:
    return f.shell(*commands, **how).hash


def test_commands_cannot_be_joined_into_others() -> None:
    assert address("a && b", "c") != address("a", "b && c")
    assert address("a", "b") != address("a\nb")
    assert address("a", "b") != address("a b")


@given(st.lists(words, min_size=1, max_size=3), st.lists(words, min_size=1, max_size=3))
def test_different_commands_have_different_addresses(one: list[str], other: list[str]) -> None:
    assert (address(*one, name="x") == address(*other, name="x")) == (one == other)


def test_everything_that_decides_the_result_counts() -> None:
    steps = [
        address("run"),
        address("run", name="named"),
        address("run", check=False),
        address("run", strict=False),
        address("run", env={"A": "1"}),
        address("run", env={"A": "2"}),
        address("run", env={"A": "1", "B": ""}),
        address("run", out=["a"]),
        address("run", out=["b"]),
        address("run", out=["a", "b"]),
        address("run", inp={"a": "text"}),
        address("run", inp={"a": b"text"}),
        address("run", inp={"b": "text"}),
        address("run", inp={"a": "text"}, out=["a"]),
    ]
    assert len(set(steps)) == len(steps)


def test_the_interpreter_counts_as_the_words_that_run() -> None:
    steps = [
        address("run"),
        address("run", check=False),
        address("run", interpreter="sh"),
        address("run", interpreter="bash", check=False),
        address("run", interpreter=["bash", "-c"]),
        address("run", interpreter=["bash", "-c", "-x"]),
        address("run", interpreter=["bash", "-c -x"]),
    ]
    assert len(set(steps)) == len(steps)
    assert address("run", interpreter="bash") == address("run")
    assert address("run", interpreter=("a", "b")) == address("run", interpreter=["a", "b"])
    assert address("run", interpreter="sh", check=False) == address("run", check=False)


def test_a_step_is_named_after_the_program_that_runs() -> None:
    def name(*commands: str, **how: Any) -> str:
        return f.shell(*commands, **how).operation.task.name

    assert name("print(1)", interpreter=["python3", "-c"]) == "python3"
    assert name("print(1)", interpreter=["/opt/R/bin/Rscript", "-e"]) == "Rscript"
    assert name("sort a", interpreter=["conda", "run", "bash", "-c"]) == "sort"
    assert name("sort a", interpreter="sh") == name("sort a", check=False) == "sort"


def test_that_of_the_session_is_for_checked_steps_that_name_none() -> None:
    with f.Fun(f.Server("memory://"), interpreter="sh"):
        here = address("run"), address("run", check=False), address("run", interpreter="bash")
        with f.Fun(f.Server("memory://")):
            assert address("run") == address("run", interpreter="bash")
    assert here == (
        address("run", interpreter="sh"),
        address("run", check=False),
        address("run"),
    )


def test_that_of_the_session_counts_for_steps_that_build_steps() -> None:
    def address_of_bind() -> str:
        return f.put(1).bind(build).hash

    plain = address_of_bind()
    with f.Fun(f.Server("memory://"), interpreter="sh"):
        assert address_of_bind() != plain
        assert f.reduce(len, "a").hash == plain_length()
    assert address_of_bind() == plain


def build(number: int) -> f.Artefact[bytes]:
    return f.shell(f"echo {number}").stdout


def plain_length() -> str:
    with f.Fun(f.Server("memory://")):
        return f.reduce(len, "a").hash


@pytest.mark.parametrize(
    ("interpreter", "message"),
    [
        ("zsh", r"added as the last one: interpreter=\['zsh', '-c'\]"),
        ("python3 -c", r"interpreter=\['python3', '-c'\]"),
        ("", "a list of words"),
        ([], "names no program"),
        ([""], "names no program"),
        (["-x"], "names no program"),
        (["bash", 3], "a list of words"),
        (3, "a list of words"),
        (["bash", "\0"], "NUL"),
    ],
)
def test_what_is_no_interpreter_is_refused(interpreter: Any, message: str) -> None:
    with pytest.raises(f.FunsiesError, match=message):
        f.shell("run", interpreter=interpreter)


def test_what_is_no_interpreter_is_refused_for_the_session() -> None:
    with (
        pytest.raises(f.FunsiesError, match="a list of words"),
        f.Fun(f.Server("memory://"), interpreter="zsh"),  # type: ignore[arg-type]
    ):
        pass


def test_what_does_not_decide_the_result_does_not_count() -> None:
    assert address("run", opt=f.options(env={"A": "1"}, queue="gpu")) == address("run")
    assert address("run", env={"A": "1", "B": "2"}) == address("run", env={"B": "2", "A": "1"})
    assert address("run", inp={"a": "1", "b": "2"}) == address("run", inp={"b": "2", "a": "1"})
    assert address("run", env={}, inp={}, out=[]) == address("run")


@pytest.mark.parametrize("name", ["a\nb", "a->b", "a:b", "-rf", "stdout", "a b", "stdout:0"])
def test_any_file_name_is_usable_and_nothing_is_reserved(name: str) -> None:
    step = f.shell("run", inp={name: "x"}, out=[name])
    others = {f.shell("run", out=[each]).hash for each in ("a", "b", "ab", "rf")}
    assert step.hash not in others
    assert step.out[name] not in (step.stdout, step.stderr)


def test_the_names_of_outputs_in_a_set_have_one_order() -> None:
    """That of a set is another one in each process."""
    names = {f"out{number}" for number in range(20)}
    assert f.shell("run", out=names).hash == f.shell("run", out=sorted(names)).hash
    assert f.shell("run", out=frozenset(names)).hash == f.shell("run", out=sorted(names)).hash
    paths = {Path(name) for name in names}
    assert f.shell("run", out=paths).hash == f.shell("run", out=sorted(names)).hash
    assert f.shell("run", out=["b", "a"]).hash != f.shell("run", out=["a", "b"]).hash


def test_outputs_have_addresses_of_their_own() -> None:
    step = f.shell("one", "two", out=["a", "b"])
    outputs = [*step.stdouts, *step.stderrs, *step.returncodes, *step.out.values()]
    assert len({each.hash for each in outputs}) == 8


def test_a_variable_that_the_program_has_set_counts_where_a_command_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands = ["cp $FT_DATA x", 'cp "${FT_DATA:-y}/a" x', "cp FT_DATA x"]
    unset = [address(each) for each in commands]
    monkeypatch.setenv("FT_DATA", "/x")
    given = [address(each, env={"FT_DATA": "/x"}) for each in commands[:2]]
    assert [address(each) for each in commands] == [*given, unset[2]]
    beside = f.options(env={"FT_DATA": "/x"})
    assert [address(each, opt=beside) for each in commands] == unset
    assert address(commands[0], env={"FT_DATA": "/y"}) not in {*given, *unset}
