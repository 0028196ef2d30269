"""The outline of a large graph has every task, and every arrow between two of them."""

from __future__ import annotations

import threading

import pytest

import funsies as f
from funsies.page.drawing import Surveyor, read_outline
from funsies.report.diagram import collapsed, read_graph


def half(number: int) -> float:
    if number == 13:
        raise ValueError(number)
    return number / 2


@pytest.fixture
def halved(session):
    """A session with a graph."""
    halves = [f.reduce(half, number) for number in range(40)]
    f.execute(halves, f.reduce(max, *halves[:10]), f.reduce(str, halves[13], name="skipped"))
    f.reduce(half, 1000)  # nobody asks for it
    session.save()
    return session


def test_it_is_what_the_whole_graph_comes_to(halved) -> None:
    session, graph = halved, halved.backend.graph
    whole = collapsed(read_graph(session.backend, graph.all_operations()))
    outline = read_outline(session.backend).view(graph.counts())
    assert {(node.label, node.number) for node in outline.nodes} == {
        (node.label, node.number) for node in whole.nodes
    }
    assert {(edge.source, edge.target) for edge in outline.edges} == {
        (edge.source, edge.target) for edge in whole.edges
    }
    by_label = {node.label: node.statuses for node in outline.nodes}
    assert by_label["half"] == {"done": 39, "failed": 1, "idle": 1}


def test_it_is_read_in_the_background_and_again_when_steps_have_come(
    halved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funsies.page.drawing.OUTLINE_REST", 0)
    surveyor, session, graph = Surveyor(), halved, halved.backend.graph

    def wait_for(halves: int) -> None:
        outline = surveyor.ask(session.backend, graph.counts())
        while outline is None or outline.steps["half"] != halves:
            threading.Event().wait(0.01)
            outline = surveyor.ask(session.backend, graph.counts())

    wait_for(41)
    f.execute(f.reduce(half, 2000))
    wait_for(42)
