"""Operations and artefacts know their addresses: by what they are made of, not by options."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import Digest, content_digest, digest
from funsies.core.graph import (
    Operation,
    Output,
    OutputOf,
    Reference,
    Task,
    TaskKind,
    constant,
    constant_digest,
    operation,
    operation_digest,
    output_digest,
)
from funsies.core.options import Options


class Plain(Task):
    """A task that is only its name."""

    def __init__(self, name: str) -> None:
        self.kind = TaskKind.PYTHON
        self.name = name
        self.strict = True
        self.python = None
        self.outputs = (Output("value", "json", "int"), Output("other", "json", "int"))
        self.digest = digest("task", name)

    def payload(self) -> bytes:
        return b""

    def ingredients(self) -> bytes:
        return b""


addresses = st.binary(min_size=32, max_size=32) | st.binary(max_size=40)
"""Those of a damaged row may be of any length."""


@given(addresses, st.lists(st.tuples(st.text(max_size=4), addresses), max_size=4))
def test_addresses_are_those_of_their_records(
    task: bytes, inputs: list[tuple[str, bytes]]
) -> None:
    """They are put together from prepared pieces, and the same as :func:`digest` makes them."""
    named = [(name, Digest(address)) for name, address in inputs]
    assert operation_digest(Digest(task), named) == digest("operation", task, list(inputs))
    for name, address in named:
        assert output_digest(address, name) == digest("artefact", address, name)
        made = constant_digest(name, address, executable=False)
        assert made == digest("constant", name, address)
        executable = constant_digest(name, address, executable=True)
        assert executable == digest("constant", name, address, "executable")


def value(data: bytes, wire: str = "json") -> Reference:
    return constant(wire, data, content_digest(data), len(data))


def made(name: str = "task", **inputs: Reference) -> Operation:
    return operation(Plain(name), list(inputs.items()), Options())


def test_the_order_of_inputs_does_not_matter() -> None:
    a, b = value(b"1"), value(b"2")
    assert made(x=a, y=b).digest == made(y=b, x=a).digest
    assert made(x=a, y=b).inputs == (("x", a), ("y", b))


def test_names_values_and_task_matter() -> None:
    a, b = value(b"1"), value(b"2")
    operations = [made(x=a, y=b), made(x=b, y=a), made(x=a, z=b), made(x=a), made("t", x=a)]
    assert len({each.digest for each in operations}) == len(operations)


def test_options_do_not_matter() -> None:
    task = Plain("task")
    assert (
        operation(task, [], Options(queue="gpu")).digest
        == operation(task, [], Options()).digest
    )


def test_a_constant_is_its_bytes_and_how_they_are_read() -> None:
    assert value(b"1").digest == value(b"1").digest
    assert value(b"1").digest != value(b"2").digest
    assert value(b"1").digest != value(b"1", wire="blob").digest


def test_outputs_have_addresses_of_their_own() -> None:
    one = made(x=value(b"1"))
    assert one.output(0).digest == output_digest(one.digest, "value")
    assert one.output(0).digest != one.output(1).digest
    assert one.output(0).digest != one.digest


def test_a_producer_is_named_once_however_many_of_its_outputs_are_used() -> None:
    one, other = made(x=value(b"1")), made(x=value(b"2"))
    both: dict[str, OutputOf] = {"a": one.output(0), "b": one.output(1), "c": other.output(0)}
    consumer = made(**both, d=value(b"3"))
    assert [each.digest for each in consumer.producers()] == [one.digest, other.digest]
