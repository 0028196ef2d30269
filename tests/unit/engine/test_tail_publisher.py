"""What a running step prints is told to who follows it, and costs nobody else anything."""

from __future__ import annotations

import pytest

from funsies.engine.supervision.status_board import ChildStatus, Phase, StatusBoard
from funsies.engine.tail_publisher import (
    ASK_SECONDS,
    REPEAT_SECONDS,
    ChildListener,
    TailPublisher,
)
from funsies.run.live_output import MOST_STREAMS, StreamEnd, decode_tail
from funsies.run.surroundings.streams import MAX_LOG_BYTES, new_file
from funsies.store.rows import Fence, log_client

FIRST, SECOND = Fence(b"1" * 16), Fence(b"2" * 16)


class Room:
    """A parent, a horse, and the server between them and who follows."""

    def __init__(self, workshop):
        self.clock, self.graph = workshop.clock, workshop.graph
        self.operation = workshop.define("speak")
        self.board, self.file = StatusBoard(), new_file()
        self.publisher = TailPublisher(self.graph, self.board, self.file, clock=self.clock)
        self.horse = ChildListener(self.graph, self.board, self.file)
        self.told = 0

    def runs(self, fence=FIRST, phase=Phase.RUNNING):
        self.board.write(ChildStatus(phase=phase, operation=self.operation, fence=fence))

    def look_for(self, seconds):
        """Look as often as the parent wants; return what is told then."""
        end = self.clock() + seconds
        while self.clock() < end:
            self.publisher.look()
            self.clock.pass_seconds(max(0.01, self.publisher.next_look_seconds()))
        return self.tail

    def follow(self):
        return self.graph.news.subscribe(log_client(self.operation))

    @property
    def tail(self):
        return decode_tail(self.graph.news.tail(self.operation))


@pytest.fixture
def room(workshop):
    room = Room(workshop)
    yield room
    room.file.close()


def test_nothing_is_told_that_nobody_follows(room):
    room.runs()
    room.file.write(b"printed")
    assert room.look_for(60) is None
    room.horse.has_printed()
    assert room.tail is None


def test_a_step_that_ends_at_once_is_not_even_asked_about(room):
    asked = []
    room.graph.news.is_heard = asked.append
    for number in range(10):
        room.runs(Fence(bytes([number]) * 16))
        room.look_for(ASK_SECONDS / 2)
    assert asked == []


def test_who_follows_is_told_what_was_printed_and_what_comes(room):
    room.runs()
    room.file.write(b"one\n")
    room.look_for(60)
    following = room.follow()
    assert room.look_for(2).streams == (StreamEnd("log", 0, b"one\n"),)
    room.file.write(b"two\n")
    tail = room.look_for(1)
    assert (tail.run, tail.is_whole) == (FIRST, False)
    assert tail.streams == (StreamEnd("log", 0, b"one\ntwo\n"),)
    room.file.write(b"the last\n")
    room.horse.has_printed()
    assert room.tail.is_whole
    assert room.tail.streams[0].data.endswith(b"the last\n")
    following.close()


def test_the_next_step_of_the_same_process_is_not_taken_for_the_one_that_is_followed(room):
    following = room.follow()
    room.runs()
    room.look_for(2)
    room.runs(SECOND)
    room.horse.has_printed()
    assert not room.tail.is_whole
    following.close()


def test_what_has_not_changed_is_told_again_before_it_is_forgotten(room):
    told = []
    room.graph.news.show_tail = lambda *_: told.append(room.clock())
    following = room.follow()
    room.runs()
    room.look_for(3 * REPEAT_SECONDS)
    assert 3 <= len(told) <= 4
    following.close()
    count = len(told)
    room.look_for(3 * REPEAT_SECONDS)
    assert len(told) == count


def test_of_a_shell_step_the_streams_of_its_commands_are_told(room, tmp_path):
    for number in range(12):
        (tmp_path / f"stdout-{number}").write_bytes(b"out %d" % number)
        (tmp_path / f"stderr-{number}").write_bytes(b"" if number else b"oh")
    following = room.follow()
    room.runs()
    room.horse.prints_to(tmp_path, lambda: None)
    names = [stream.name for stream in room.look_for(2).streams]
    assert len(names) == MOST_STREAMS
    assert names[-2:] == ["stdout:10", "stdout:11"]
    following.close()


def test_a_shell_step_that_begins_anew_is_heard_anew(room, tmp_path):
    following = room.follow()
    room.runs()
    runs = []
    for name in ("links", "copies"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stdout-0").write_bytes(b"first\n")
        room.horse.prints_to(tmp_path / name, lambda: None)
        runs.append(room.look_for(2).run)
    assert runs[0] != runs[1]
    following.close()


def test_however_much_is_printed_the_end_is_told_with_its_place(room):
    following = room.follow()
    room.runs()
    room.file.write(b"x" * 1_000_000 + b"end")
    (stream,) = room.look_for(2).streams
    assert len(stream.data) == MAX_LOG_BYTES
    assert stream.start == 1_000_003 - MAX_LOG_BYTES
    assert stream.data.endswith(b"xend")
    following.close()


def test_a_server_that_is_away_or_files_that_are_gone_disturb_nobody(room, tmp_path):
    following = room.follow()
    room.runs()
    room.horse.prints_to(tmp_path / "gone", lambda: None)
    assert room.look_for(5) is None
    room.horse.has_printed()
    following.close()


def test_a_path_that_is_too_long_to_be_told_is_none(room, tmp_path):
    room.horse.prints_to(tmp_path / ("x" * 300), lambda: None)
    assert room.board.streams is None
    room.horse.prints_to(tmp_path, lambda: None)
    assert room.board.streams == tmp_path


def test_of_a_shell_step_that_was_followed_and_was_short_all_is_told(room, tmp_path):
    """It has printed into no file; who follows it came while its inputs were written."""

    def show():
        streams.mkdir()
        (streams / "stdout-0").write_bytes(b"all of it\n")

    streams = tmp_path / "streams"
    room.runs()
    room.horse.prints_to(streams, show)
    following = room.follow()
    assert room.look_for(3) is None
    room.horse.has_printed()
    assert room.tail.streams == (StreamEnd("stdout:0", 0, b"all of it\n"),)
    assert room.tail.is_whole
    following.close()
