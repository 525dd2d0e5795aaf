"""What a peer that reads slowly gets, and what the server keeps for it meanwhile."""

import asyncio
from collections.abc import Sequence

import pytest
from typing_extensions import override

from handlers.realtime.client import Client
from handlers.realtime.frame import Frame
from tests.realtime.doubles import HandSocket

LIMIT = 1_048_576
WRITE = 65_536


class Pipe(HandSocket):
    """Takes so many bytes before it is full."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.give(room)

    def give(self, room: int) -> None:
        self.room = room
        self.writable = room > 0

    @override
    def write(self, frames: Sequence[Frame]) -> None:
        super().write(frames)
        self.give(self.room - sum(map(len, frames)))


def value(number: int, key: str, size: int = 100) -> Frame:
    return Frame(b"%0*d" % (size, number), ("quotes", key))


def numbers(socket: HandSocket) -> list[int]:
    return [int(frame[-10:]) for frame in socket.frames]


def test_one_write_is_not_larger_than_what_fits_a_socket() -> None:
    socket = Pipe(10 * WRITE)
    client = Client(socket, LIMIT)
    client.fresh += [Frame(b"x" * 10_000) for _ in range(40)]
    client.flush(0)
    assert len(socket.frames) == 40
    assert max(sum(map(len, write)) for write in socket.writes) <= WRITE + 10_000
    assert not client.outbox


def test_what_does_not_fit_waits_and_is_conflated() -> None:
    socket = Pipe(WRITE)
    client = Client(socket, LIMIT)
    client.fresh += [value(number, str(number), 10_000) for number in range(20)]
    assert client.flush(0) == 0
    sent = len(socket.frames)
    assert sent < 20
    client.fresh += [value(100 + number, str(number), 10_000) for number in range(20)]
    assert client.flush(1) == 20 - sent
    assert client.unread_for(11) == 11
    socket.give(100 * WRITE)
    client.flush(12)
    assert numbers(socket)[sent:] == [100 + number for number in range(20)]
    assert client.unread_for(20) == 0


def test_memory_for_a_stalled_peer_is_bounded_by_what_can_differ() -> None:
    socket = Pipe(0)
    client = Client(socket, LIMIT)
    for number in range(10_000):
        client.fresh.append(value(number, str(number % 10)))
        client.flush(number)
    assert client.outbox.size == 10 * len(value(0, ""))
    assert not client.fresh


def test_a_stalled_peer_is_given_up_at_the_limit() -> None:
    socket = Pipe(0)
    client = Client(socket, LIMIT)
    overflows: list[int] = []
    client.overflowed = lambda: overflows.append(client.outbox.size)
    while not overflows:
        client.fresh.append(Frame(b"x" * 10_000, lossless=True))
        client.flush(0)
    assert LIMIT < overflows[0] <= LIMIT + 10_010
    assert client.outbox.lossless


def test_only_a_lossless_frame_makes_waiting_a_loss() -> None:
    client = Client(Pipe(0), LIMIT)
    client.fresh.append(value(1, ""))
    client.flush(0)
    assert not client.outbox.lossless
    client.fresh.append(Frame(b"transaction", lossless=True))
    client.flush(0)
    assert client.outbox.lossless
    assert len(client.drain()) == 2
    assert not client.outbox.lossless


def test_answers_and_transactions_keep_their_order_around_values() -> None:
    socket = Pipe(0)
    client = Client(socket, LIMIT)
    for frame in (value(1, "a"), Frame(b"2"), value(3, "b"), value(4, "a"), Frame(b"5")):
        client.fresh.append(frame)
        client.flush(0)
    socket.give(WRITE)
    client.flush(1)
    assert numbers(socket) == [2, 3, 4, 5]


def test_nothing_is_written_or_kept_after_the_end() -> None:
    socket = Pipe(0)
    client = Client(socket, LIMIT)
    client.fresh.append(Frame(b"1"))
    client.flush(0)
    client.end()
    socket.give(WRITE)
    client.fresh.append(Frame(b"2"))
    client.flush(1)
    assert socket.frames == []
    assert (client.fresh, client.outbox.size) == ([], 0)


@pytest.mark.parametrize("ends", [False, True])
async def test_whoever_waits_for_room_is_told(*, ends: bool) -> None:
    socket = Pipe(0)
    client = Client(socket, LIMIT)
    client.fresh.append(Frame(b"page"))
    waiting = asyncio.ensure_future(client.room())
    client.flush(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    if ends:
        client.end()
    else:
        socket.give(WRITE)
        client.flush(1)
    await asyncio.wait_for(waiting, 1)
