"""What tells steps from their siblings: one label for each, whatever they are called."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import Digest, digest
from funsies.history.label_facts import LONGEST_WORD, shortened, word_of
from funsies.history.labels import LONGEST_LABEL, Labels, Register, label_steps
from funsies.history.siblings import Facts, places_of
from funsies.store.rows import InputRow, OperationRow

Rows = dict[Digest, OperationRow]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["align", "sort", "gather", "map_each:g", "g", "", "\x1b[31m", "a\nb"])
        | st.text(max_size=80),
        st.lists(st.tuples(st.text(max_size=3), st.text(max_size=70)), max_size=3),
        st.lists(st.integers(0, 30), max_size=4),
    ),
    max_size=25,
)
"""Names of tasks, given values by name, and which of the steps before are inputs."""


def step(
    task: str, constants: Mapping[str, str], makers: Sequence[OperationRow] = ()
) -> OperationRow:
    given_values = [
        InputRow(name, digest("value", value), None, 0, digest("content", value), "json")
        for name, value in constants.items()
    ]
    made = [
        InputRow(str(position), maker.outputs[0], maker.digest, 0, None, "json")
        for position, maker in enumerate(makers)
    ]
    inputs = tuple({each.name: each for each in [*given_values, *made]}.values())
    address = digest("step", task, [(each.name, each.artefact) for each in inputs])
    return OperationRow(
        address, digest("task", task), task, True, False, inputs, (digest("out", address),)
    )


def graph(
    described: Sequence[tuple[str, list[tuple[str, str]], list[int]]],
) -> tuple[Rows, Facts]:
    steps: list[OperationRow] = []
    words: dict[Digest, str] = {}
    for task, constants, below in described:
        makers = [steps[each % len(steps)] for each in below] if steps else []
        steps.append(step(task, dict(constants), makers))
        words |= {digest("value", value): value for _, value in constants if value}
    return {each.digest: each for each in steps}, Facts(words)


def labels(rows: Rows, facts: Facts, said: Mapping[Digest, str] | None = None) -> Labels:
    return label_steps(rows, {}, facts, said or {})


@given(STEPS)
def test_each_step_has_a_label_that_no_other_has_and_that_can_be_printed(described):
    rows, facts = graph(described)
    texts = labels(rows, facts).texts
    assert texts.keys() == rows.keys()
    assert len(set(texts.values())) == len(rows)
    assert all(each.isprintable() and len(each) <= LONGEST_LABEL for each in texts.values())


@given(STEPS, st.lists(st.text(min_size=1, max_size=80) | st.just("align#1"), max_size=25))
def test_what_was_said_goes_before_what_is_made(described, said):
    rows, facts = graph(described)
    given_labels = dict(zip(rows, said, strict=False))
    found = labels(rows, facts, given_labels)
    assert len(set(found.texts.values())) == len(rows)
    first = {text: address for address, text in reversed(given_labels.items())}
    for text, address in first.items():
        if text.isprintable() and len(text) <= LONGEST_LABEL:
            assert found.of(address) == text
            assert found.find(text) == [address]


@given(STEPS, st.randoms())
def test_the_order_of_the_rows_changes_no_more_than_numbers(described, random):
    rows, facts = graph(described)
    others = list(rows.items())
    random.shuffle(others)
    shuffled: Rows = {}
    while others:  # makers first, still
        for address, row in list(others):
            if all(each.producer in (None, *shuffled) for each in row.inputs):
                shuffled[address] = row
                others.remove((address, row))
    one, other = labels(rows, facts).texts, labels(shuffled, facts).texts
    for address in rows:
        if "#" not in one[address] + other[address]:
            assert one[address] == other[address]


def test_a_step_without_siblings_is_called_as_its_task():
    only = step("align", {"sample": "S1"})
    assert labels({only.digest: only}, Facts()).of(only.digest) == "align"


def test_siblings_are_told_by_what_differs_and_users_by_their_makers():
    aligned = [step("align", {"sample": each, "genome": "hg38"}) for each in ("S1", "S2", "S3")]
    passed = [step("pass", {}, [each]) for each in aligned]
    merged = [step("merge", {}, passed[:2]), step("merge", {}, passed[1:])]
    rows = {each.digest: each for each in [*aligned, *passed, *merged]}
    words = {digest("value", each): each for each in ("S1", "S2", "S3", "hg38")}
    parameters = {("merge", "0"): "left", ("merge", "1"): "right"}
    found = labels(rows, Facts(words, {}, parameters))
    assert [found.of(each.digest) for each in aligned] == [
        f"align(sample={each})" for each in ("S1", "S2", "S3")
    ]
    assert [found.of(each.digest) for each in passed] == [
        f"pass(sample={each})" for each in ("S1", "S2", "S3")
    ]
    assert [found.of(each.digest) for each in merged] == [
        "merge(left=S1, right=S2)",
        "merge(left=S2, right=S3)",
    ]


def test_parameters_are_named_and_files_are_not_named_twice():
    counted = [step("count", {"0": each}) for each in ("data/S1.txt", "data/S2.txt")]
    sorting = [step("sort", {each: each}) for each in ("S1.txt", "S2.txt")]
    joined = [
        step("join", {"0": "x"}, [one, other])
        for one, other in zip(counted, sorting, strict=True)
    ]
    rows = {each.digest: each for each in [*counted, *sorting, *joined]}
    paths = {digest("value", f"data/S{n}.txt"): f"data/S{n}.txt" for n in (1, 2)}
    paths |= {digest("value", f"S{n}.txt"): f"more/S{n}.txt" for n in (1, 2)}
    found = labels(rows, Facts({}, paths, {("count", "0"): "t"}))
    assert [found.of(each.digest) for each in counted] == [
        "count(t=data/S1.txt)",
        "count(t=data/S2.txt)",
    ]
    assert [found.of(each.digest) for each in sorting] == [
        "sort(more/S1.txt)",
        "sort(more/S2.txt)",
    ]
    assert found.of(joined[0].digest) == "join(t=data/S1.txt, more/S1.txt)"


def test_commands_of_several_makers_are_all_shown():
    one = [step("make", {"0": str(number)}) for number in (1, 2)]
    other = [step("draw", {"0": str(number)}) for number in (1, 2)]
    joined = [step("join", {}, makers) for makers in zip(one, other, strict=True)]
    rows = {each.digest: each for each in [*one, *other, *joined]}
    words = {digest("value", str(number)): f"--seed {number}" for number in (1, 2)}
    found = labels(rows, Facts(words))
    assert found.of(joined[1].digest) == "join(--seed 2)"


def test_what_nothing_tells_apart_is_numbered_from_its_makers_on():
    chain = [step("next", {"n": "0"})]
    for _ in range(3):
        chain.append(step("next", {}, chain[-1:]))
    found = labels({each.digest: each for each in chain}, Facts())
    assert [found.of(each.digest) for each in chain] == ["next#1", "next#2", "next#3", "next#4"]
    assert found.find("next") == [each.digest for each in chain]


def test_items_are_counted_as_the_list_has_them():
    items = [step("g", {"0": str(number)}) for number in (5, 3, 4)]
    gather = step("gather", {}, items)
    parent = step("map_each:g", {"0": "[5, 3, 4]"})
    rows = {each.digest: each for each in [*items, gather, parent]}
    places = places_of(rows, {parent.digest: gather.digest})
    found = label_steps(rows, places, Facts(), {})
    assert [found.of(each.digest) for each in items] == ["g[0]", "g[1]", "g[2]"]


def test_ten_thousand_steps_of_a_chain_and_of_a_fan_take_no_time():
    rows: Rows = {}
    words: dict[Digest, str] = {}
    last: list[OperationRow] = []
    for number in range(2500):
        words[digest("value", f"S{number}")] = f"S{number}"
        one = step("align", {"sample": f"S{number}"})
        other = step("sort", {}, [one])
        further = step("call", {"t": "0.5"}, [other])
        last = [step("chain", {"0": "0"}, last)]
        rows |= {each.digest: each for each in (one, other, further, *last)}
    gathered = step("gather", {}, list(rows.values()))
    rows[gathered.digest] = gathered
    began = time.process_time()
    found = labels(rows, Facts(words))
    assert time.process_time() - began < 1.5  # 0.15 seconds on a machine that is not busy
    assert "call(sample=S2499)" in found.texts.values()


@pytest.mark.parametrize(
    ("wire", "data", "word"),
    [
        ("json", b'"S3"', "S3"),
        ("json", b'"CC(=O)O"', "CC(=O)O"),
        ("json", b'"a b"', "a b"),
        ("json", b'"a, b"', '"a, b"'),
        ("json", b'" a"', '" a"'),
        ("json", b'""', '""'),
        ("json", b'"3"', '"3"'),
        ("json", b'"null"', '"null"'),
        ("json", b"0.50", "0.50"),
        ("json", b"[1,2]", "[1,2]"),
        ("json", b'"\\ud800"', None),
        ("blob", b"some text\n", "some text"),
        ("blob", b"first\nsecond\n", "first..."),
        ("blob", b"\xff\xfe", None),
        ("blob", b"", None),
        ("files", b"tar", None),
        ("pickle", b"x", None),
    ],
)
def test_a_value_is_a_word_if_it_is_small_and_can_be_read(wire, data, word):
    assert word_of(wire, data) == word


@given(st.sampled_from(["json", "blob"]), st.binary(max_size=100))
def test_any_bytes_are_a_short_word_or_none(wire, data):
    word = word_of(wire, data)
    assert word is None or 0 < len(word) <= LONGEST_WORD


@given(st.text(), st.integers(5, 60))
def test_a_text_is_cut_in_its_middle(text, most):
    cut = shortened(text, most)
    assert len(cut) <= most
    assert cut == text or ("..." in cut and text.startswith(cut[: (most - 3) // 2]))


def test_very_many_labels_of_one_text_are_numbered_in_no_time():
    register = Register()
    found = [register.enter("x" * 100) for _ in range(20_000)]
    assert len(set(found)) == len(found)
    assert max(map(len, found)) <= LONGEST_LABEL
