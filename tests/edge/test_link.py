"""What an edge and its owner say survives the way, whatever is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from handlers.realtime.link import (
    Answer,
    Arrival,
    Ask,
    Beat,
    Hello,
    Message,
    Moved,
    Outgoing,
    Part,
    Stop,
    decode,
    encode,
)
from handlers.realtime.memory_backplane import MemoryBackplane
from handlers.realtime.update import Update

words = st.text(max_size=8)
numbers = st.integers(0, 2**53 - 1)
parts = st.binary(max_size=20)
messages = st.one_of(
    st.builds(Hello, numbers),
    st.builds(Ask, numbers, st.lists(numbers), words, st.none() | words, parts, parts),
    st.builds(Part, numbers, st.lists(parts)),
    st.builds(Answer, numbers, st.none() | words, st.none() | words, st.lists(parts)),
    st.builds(
        Update,
        *(words, words, words, numbers, st.none() | words, parts, st.booleans(), st.booleans()),
    ),
    st.builds(Moved, words, words, numbers),
    st.builds(Stop, numbers),
    st.just(Beat()),
)


class Recorder(MemoryBackplane):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    @override
    def publish(self, channel: str, message: bytes) -> None:
        self.sent.append(message)


@given(messages)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    assert decode(encode(message)) == message


@given(st.binary(max_size=40))
def test_what_is_no_message_is_refused(garbage: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of the parser, or ours
        Arrival.of(garbage)


@pytest.mark.parametrize(
    "data",
    [
        b'run 1\n["Beat",[],[]]x',
        b'run 1\n["Nothing",[],[]]\n',
        b'run 1\n["Hello",[],[]]\n',
        b'run 1\n["Hello",[],[1,2]]\n',
        b'run x\n["Beat",[],[]]\n',
        b'run 1\n{"Beat":[]}\n',
    ],
)
def test_what_is_almost_a_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of the parser, or ours
        Arrival.of(data)


def test_what_is_sent_is_counted() -> None:
    backplane = Recorder()
    out = Outgoing(backplane, "owner", "edge_1")
    for _ in range(3):
        out.send(Beat())
    out.closed = True
    out.send(Beat())
    arrivals = [Arrival.of(each) for each in backplane.sent]
    assert [(each.sender, each.number) for each in arrivals] == [
        ("edge_1", 0),
        ("edge_1", 1),
        ("edge_1", 2),
    ]
