"""Steps are found page by page, whatever is asked for, and none is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

import funsies as f
from funsies.history.step_names import Naming
from funsies.page import finding
from funsies.page.finding import FoundSteps, StepFilter, find_page


def half(number: int) -> float:
    if number == 13:
        raise ValueError(number)
    return number / 2


@pytest.fixture
def backend(session):
    halves = [f.reduce(half, number) for number in range(300)]
    doubles = [f.reduce(str, number, name="other <b>") for number in halves[:20]]
    f.execute(halves, doubles)
    return session.backend


def pages_of(backend, wanted: StepFilter) -> list[FoundSteps]:
    pages = [find_page(backend, wanted, Naming(backend))]
    while pages[-1].more:
        pages.append(find_page(backend, pages[-1].more, Naming(backend)))
    return pages


def steps_of(pages: list[FoundSteps]) -> set[str]:
    return {each.step.operation for page in pages for each in page.steps}


def test_all_pages_together_have_every_step(backend) -> None:
    pages = pages_of(backend, StepFilter())
    assert len(steps_of(pages)) == 320
    assert all(len(page.steps) < 320 for page in pages)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (StepFilter(task="half"), 300),
        (StepFilter(state="failed"), 1),
        (StepFilter(state="skipped"), 1),
        (StepFilter(state="failed or skipped"), 2),
        (StepFilter(state="done", task="other <b>"), 19),
        (StepFilter(text="OTHER <"), 20),
        (StepFilter(text="no such thing"), 0),
        (StepFilter(task="oth"), 0),
        (StepFilter(text="half(number=17)"), 1),
        (StepFilter(state="running"), 0),
        (StepFilter(state="volatile"), 0),
    ],
)
def test_a_filter_finds_what_it_says(backend, wanted: StepFilter, number: int) -> None:
    assert len(steps_of(pages_of(backend, wanted))) == number


def test_steps_of_a_page_stand_in_the_order_of_their_labels(backend) -> None:
    page = find_page(backend, StepFilter(task="half"), Naming(backend))
    labels = [each.label for each in page.steps]
    assert len(labels) > 10
    numbers = [int(label.partition("=")[2].rstrip(")")) for label in labels]
    assert numbers == sorted(numbers)


def test_a_step_is_found_by_the_begin_of_its_hash(backend) -> None:
    known = find_page(backend, StepFilter(), Naming(backend)).steps[0].step.operation
    assert known in steps_of(pages_of(backend, StepFilter(text=known[:9].upper())))


def test_one_page_looks_at_so_many_steps_and_says_where_to_go_on(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LOOKED_AT", 100)
    monkeypatch.setattr(finding, "WALK", 50)
    wanted = StepFilter(text="no such thing")
    page = find_page(backend, wanted, Naming(backend))
    assert not page.steps
    assert 100 <= page.looked_at < 320
    assert page.more is not None
    assert replace(page.more, place=0) == wanted
    assert "place=" in page.more.query
