"""Following a step: all that it prints, once, until it has ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import funsies as f
from funsies.history.following import Awaited, Ended, Printed, follow
from funsies.run.live_output import StreamEnd, Tail, encode_tail
from funsies.session import Session
from funsies.store.ports import GraphStore
from funsies.store.rows import OperationState, Status


def idle_step(session: Session) -> bytes:
    step = f.reduce(sum, [3, 2])
    session.save()
    producer = session.backend.graph.artefact(step.digest).producer
    assert producer is not None
    return producer


def tail(run: bytes, *streams: StreamEnd, is_whole: bool = False) -> bytes:
    return encode_tail(Tail(run, streams, is_whole))


def test_everything_is_told_once_in_the_order_in_which_it_came() -> None:
    with f.Fun(f.Server("memory://")) as session:
        graph, operation = session.backend.graph, idle_step(session)
        news = follow(graph, operation)
        assert next(news) == Awaited(Status.IDLE)
        graph.news.show_tail(operation, tail(b"1", StreamEnd("log", 0, b"one ")))
        assert next(news) == Printed("log", b"one ")
        graph.news.show_tail(operation, tail(b"1", StreamEnd("log", 0, b"one two ")))
        assert next(news) == Printed("log", b"two ")
        graph.news.show_tail(operation, tail(b"1", StreamEnd("log", 100, b"end")))
        assert next(news) == Printed("log", b"end", 92)
        two = StreamEnd("stdout:0", 0, b"again"), StreamEnd("stderr:0", 0, b"oh")
        graph.news.show_tail(operation, tail(b"2", *two, is_whole=True))
        assert next(news) == Printed("stdout:0", b"again")
        assert next(news) == Printed("stderr:0", b"oh")
        f.execute(f.reduce(sum, [3, 2]))
        assert list(news) == [Ended(was_heard=True, is_whole=True)]


def test_what_an_earlier_run_has_left_is_not_told() -> None:
    with f.Fun(f.Server("memory://")) as session:
        graph, operation = session.backend.graph, idle_step(session)
        graph.news.show_tail(operation, tail(b"1", StreamEnd("log", 0, b"old"), is_whole=True))
        news = follow(graph, operation)
        assert next(news) == Awaited(Status.IDLE)
        f.execute(f.reduce(sum, [3, 2]))
        assert list(news) == [Ended(was_heard=False, is_whole=False)]


class PrintsMeanwhile:
    """A graph in which a step begins, and prints, when somebody has just looked at it."""

    def __init__(self, graph: GraphStore) -> None:
        self.news = graph.news
        self._graph = graph

    def watch(self, client: str, operations: Sequence[bytes]) -> list[OperationState]:
        states = self._graph.watch(client, operations)
        self.news.show_tail(operations[0], tail(b"1", StreamEnd("log", 0, b"early")))
        return states


def test_what_a_step_prints_while_the_following_begins_is_told() -> None:
    with f.Fun(f.Server("memory://")) as session:
        graph, operation = session.backend.graph, idle_step(session)
        news = follow(PrintsMeanwhile(graph), operation)
        assert next(news) == Printed("log", b"early")
        news.close()


def test_a_step_that_has_ended_ends_the_following_at_once() -> None:
    with f.Fun(f.Server("memory://")) as session:
        operation = idle_step(session)
        f.execute(f.reduce(sum, [3, 2]))
        assert list(follow(session.backend.graph, operation)) == [Ended(False, False)]


def test_who_stops_following_is_not_heard_any_more() -> None:
    with f.Fun(f.Server("memory://")) as session:
        graph, operation = session.backend.graph, idle_step(session)
        news = follow(graph, operation)
        next(news)
        assert graph.news.is_heard(f"log:{operation.hex()}")
        news.close()
        assert not graph.news.is_heard(f"log:{operation.hex()}")


def test_several_may_follow_one_step() -> None:
    with f.Fun(f.Server("memory://")) as session:
        graph, operation = session.backend.graph, idle_step(session)
        heard: list[list[object]] = [[], []]
        begun = [threading.Event(), threading.Event()]

        def listen(number: int) -> None:
            for news in follow(graph, operation):
                heard[number].append(news)
                begun[number].set()

        threads = [threading.Thread(target=listen, args=[number]) for number in (0, 1)]
        for thread in threads:
            thread.start()
        assert all(each.wait(30) for each in begun)
        graph.news.show_tail(operation, tail(b"1", StreamEnd("log", 0, b"said"), is_whole=True))
        f.execute(f.reduce(sum, [3, 2]))
        for thread in threads:
            thread.join(30)
        for each in heard:
            told = [news for news in each if not isinstance(news, Awaited)]
            assert told == [Printed("log", b"said"), Ended(True, True)]
