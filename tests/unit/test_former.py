"""What was written for funsies 0.8 and cannot be the same says what to write."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

import funsies as f
from funsies.cli.checking.former_hints import former_hints


@pytest.fixture
def session() -> Any:
    with f.Fun(f.Server("memory://")) as opened:
        yield opened


@pytest.mark.parametrize(
    "ask",
    [
        lambda step, given: f.execute(step, connection=given),
        lambda step, given: f.wait_for(step, connection=given),
        lambda step, given: f.take(step.stdout, connection=given),
        lambda step, given: f.reset(step, connection=given),
        lambda step, given: f.get(step.hash, given),
        lambda step, given: f.debug.shell(step, "nowhere", given),
    ],
)
def test_a_redis_connection_is_refused_without_showing_its_password(session, ask) -> None:
    with pytest.raises(f.errors.WiringError, match="the session that Fun") as refused:
        ask(f.shell("true"), Redis(password="hunter2-hunter2"))
    assert "hunter2" not in str(refused.value)


def test_a_session_says_that_it_is_no_redis_connection(session) -> None:
    with pytest.raises(AttributeError, match="no Redis connection"):
        session.keys("*")


@pytest.mark.parametrize("timeout", [10, 10.0, None])
def test_a_timeout_by_position_is_told_to_be_one(session, timeout) -> None:
    step = f.shell("true")
    f.execute(step)
    with pytest.raises(f.errors.WiringError, match=rf"write timeout={timeout}\b"):
        f.wait_for(step, timeout)


def test_what_get_gives_is_said_to_be_no_list(session) -> None:
    step = f.shell("true")
    f.execute(step)
    for use in (len, list, lambda found: found[0]):
        with pytest.raises(f.errors.WiringError, match="not a list"):
            use(f.get(step.stdout.hash))


def test_unwrap_says_what_it_takes() -> None:
    with pytest.raises(f.errors.WiringError, match="3 is neither"):
        f.unwrap(it=3)  # type: ignore[arg-type]  # what 0.8 gave back


def test_what_is_gone_is_not_offered() -> None:
    assert not {"put", "grab", "parent", "kind"} & set(dir(f.put(3)))
    assert not {"serializer", "pack"} & set(dir(f.Options()))
    assert getattr(f.errors, "match", None) is None


def test_the_function_stays_the_function_whatever_was_imported() -> None:
    with pytest.raises(ImportError, match="from funsies import template"):
        __import__("funsies.template")
    assert callable(f.template)


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ('Module "funsies.errors" has no attribute "match"', "result.map"),
        ('Module has no attribute "MockServer"', "memory://"),
        ('"Artefact[list[int]]" has no attribute "parent"', "producer.hex()"),
        ('"type[ErrorKind]" has no attribute "WrongType"', "EncodingFailed"),
        ('Unexpected keyword argument "connection" for "shell"', "leave it out"),
        ('Argument 2 to "wait_for" has incompatible type "float"; expected', "timeout="),
        ('"Result[bytes, Error]" has no attribute "details"', "it.failure()"),
        ('"Session" has no attribute "keys"', "redis.Redis"),
        (
            '"x" has type "Artefact[int]" which does not implement __bool__ or',
            "decide in a step",
        ),
        (
            'Member "r" has type "Result[int, Error]" which does not implement __bool__',
            "Failure",
        ),
    ],
)
def test_funsies_check_knows_the_edits(message: str, hint: str) -> None:
    assert hint in " ".join(former_hints(message))


def test_funsies_check_has_no_edit_for_errors_of_today() -> None:
    assert not list(former_hints('"Artefact[int]" has no attribute "nonsense"'))
    assert not list(former_hints('Module "os" has no attribute "match"'))


@pytest.mark.parametrize("ask", [lambda name: f.ErrorKind[name], f.ErrorKind])
def test_an_old_kind_that_is_named_by_a_text_is_the_new_one_or_says_what_to_write(ask) -> None:
    assert ask("DataNotFound") is f.ErrorKind.DataMissing
    assert ask("JSONEncodingError") is ask("EncodingFailed") is f.ErrorKind.EncodingFailed
    with pytest.raises(
        (LookupError, ValueError), match=r"8 is gone: write ErrorKind\.InvalidInput"
    ):
        ask("MissingInput")
    with pytest.raises((LookupError, ValueError), match="Nothing"):
        ask("Nothing")


def test_an_error_without_details_has_an_empty_text() -> None:
    assert f.Error(f.ErrorKind.NotFound).details == ""


def test_a_handle_is_told_to_wait_by_itself(session) -> None:
    handle = f.execute(f.shell("true"))
    for use in (f.wait_for, f.take):
        with pytest.raises(f.errors.WiringError, match=r"call its wait\(\)"):
            use(handle)
