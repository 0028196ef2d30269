"""Plans of shell steps: whole after a round trip, and refused if they cannot be run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.errors import EncodingError, FileNameError, FunsiesError, WiringError
from funsies.core.shell_plan import (
    MAX_COMMAND_BYTES,
    ShellPlan,
    decode_shell_plan,
    encode_shell_plan,
    output_names,
    validate_shell_plan,
)

texts = st.text(min_size=1, max_size=20)
plans = st.builds(
    ShellPlan,
    commands=st.lists(texts, max_size=3).map(tuple),
    outputs=st.lists(texts, max_size=3).map(tuple),
    env=st.dictionaries(texts, texts, max_size=3).map(lambda env: tuple(sorted(env.items()))),
    check=st.booleans(),
)


@given(plans)
def test_a_plan_is_the_same_after_a_round_trip_or_was_refused(plan: ShellPlan):
    try:
        data = encode_shell_plan(plan)
    except FunsiesError:
        return
    assert decode_shell_plan(data) == plan


@given(plans)
def test_each_output_has_a_name_of_its_own(plan: ShellPlan):
    names = output_names(plan)
    assert len(set(names)) == 3 * len(plan.commands) + len(set(plan.outputs))


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (ShellPlan(()), "at least one command"),
        (ShellPlan(("ls", " \n")), "a command is empty"),
        (ShellPlan(("ls\0",)), "NUL"),
        (ShellPlan(("ls \udcff",)), "not valid Unicode"),
        (ShellPlan((b"ls",)), "text, not bytes"),
        (ShellPlan(("x" * (MAX_COMMAND_BYTES + 1),)), 'give it as an input file and run "sh'),
        (ShellPlan(("ls",), env=(("A=B", "1"),)), "cannot name an environment variable"),
        (ShellPlan(("ls",), env=(("", "1"),)), "cannot name an environment variable"),
        (ShellPlan(("ls",), env=(("A", "1\0"),)), "NUL"),
        (ShellPlan(("ls",), env=(("A", 1),)), "text, not int"),
        (ShellPlan(("ls",), env=(("A", "1"), ("A", "2"))), "occur once"),
        (ShellPlan(("ls",), env=(("A", "x" * MAX_COMMAND_BYTES),)), "longer than"),
    ],
)
def test_what_no_program_can_be_given_is_refused(plan: ShellPlan, message: str):
    with pytest.raises(WiringError, match=message):
        validate_shell_plan(plan)
    with pytest.raises(WiringError, match=message):
        encode_shell_plan(plan)


def test_output_files_outside_of_the_directory_are_refused():
    with pytest.raises(FileNameError, match="job directory"):
        encode_shell_plan(ShellPlan(("ls",), outputs=("../x",)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"not json",
        b'{"commands":"ls"}',
        b'{"commands":[]}',
        b'{"commands":["ls"],"outputs":["/etc/passwd"]}',
        b'{"commands":["l\\u0000s"]}',
    ],
)
def test_bytes_that_are_not_a_plan_that_can_be_run_are_refused(data: bytes):
    with pytest.raises(EncodingError, match="not a shell step"):
        decode_shell_plan(data)
