"""Clients learn when what they watch is finished."""

from __future__ import annotations

import threading

from funsies.store.rows import Status, log_client


def test_a_client_hears_of_what_it_watches_and_of_nothing_else(bench):
    seen, unseen = bench.operation("seen"), bench.operation("unseen")
    bench.request(seen, unseen)
    subscription = bench.store.news.subscribe("client")
    states = bench.store.watch("client", [seen.digest])
    assert [state.status for state in states] == [Status.READY]
    worker = bench.slot()
    for _ in range(2):
        worker.publish(worker.claim(), b"made")
    assert subscription.wait(10) == {seen.digest}
    assert subscription.wait(0) == frozenset()
    subscription.close()


def test_news_that_came_before_the_wait_are_not_lost(bench):
    rows = [bench.operation(f"row {n}") for n in range(3)]
    bench.request(*rows)
    subscription = bench.store.news.subscribe("client")
    bench.store.watch("client", [row.digest for row in rows])
    worker = bench.slot()
    for _ in rows:
        worker.publish(worker.claim(), b"made")
    heard = set()
    while len(heard) < 3:
        news = subscription.wait(10)
        assert news
        heard |= news
    assert heard == {row.digest for row in rows}
    subscription.close()


def test_a_finished_operation_is_told_by_its_state(bench):
    row = bench.operation("row")
    bench.run(row, b"made")
    assert bench.store.watch("client", [row.digest])[0].status is Status.DONE


def test_operations_ended_by_an_error_are_news_too(bench):
    bad = bench.operation("bad")
    victim = bench.operation("victim", bad)
    bench.request(bad, victim)
    subscription = bench.store.news.subscribe("client")
    bench.store.watch("client", [victim.digest])
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    assert subscription.wait(10) == {victim.digest}
    subscription.close()


def test_a_wait_in_another_thread_can_be_woken(bench):
    subscription = bench.store.news.subscribe("client")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(subscription.wait(None)))
    thread.start()
    subscription.wake()
    thread.join(timeout=10)
    assert answers == [frozenset()]
    subscription.close()


def test_who_waits_for_what_another_thread_has_closed_is_not_heard_again(bench):
    subscription = bench.store.news.subscribe("client")
    subscription.close()
    assert subscription.wait(1) == frozenset()
    while bench.store.news.is_heard("client"):  # a server takes note of a lost connection soon
        threading.Event().wait(0.01)


def test_a_wait_ends_in_time(bench):
    subscription = bench.store.news.subscribe("client")
    assert subscription.wait(0.01) == frozenset()
    subscription.close()


def test_a_client_is_heard_while_one_of_its_subscriptions_is_open(bench):
    assert not bench.store.news.is_heard("client")
    first, second = bench.store.news.subscribe("client"), bench.store.news.subscribe("client")
    first.close()
    assert bench.store.news.is_heard("client")
    assert not bench.store.news.is_heard("another")
    second.close()
    while bench.store.news.is_heard("client"):  # a server takes note of a lost connection soon
        threading.Event().wait(0.01)


def test_two_subscriptions_of_one_client_both_hear(bench):
    row = bench.operation("row")
    bench.request(row)
    first, second = bench.store.news.subscribe("client"), bench.store.news.subscribe("client")
    closed = bench.store.news.subscribe("client")
    closed.close()
    bench.store.watch("client", [row.digest])
    worker = bench.slot()
    worker.publish(worker.claim(), b"made")
    assert first.wait(10) == second.wait(10) == {row.digest}
    first.close()
    second.close()


def test_who_follows_a_step_is_woken_by_what_it_prints(bench):
    row = bench.operation("row")
    assert bench.store.news.tail(row.digest) is None
    subscription = bench.store.news.subscribe(log_client(row.digest))
    assert bench.store.news.is_heard(log_client(row.digest))
    bench.store.news.show_tail(row.digest, b"printed")
    assert subscription.wait(10) == frozenset()  # woken, or this would take ten seconds
    assert bench.store.news.tail(row.digest) == b"printed"
    subscription.close()
