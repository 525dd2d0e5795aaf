"""What is written is what any WebSocket library would write."""

import pytest
from websockets.frames import Frame as Reference
from websockets.frames import Opcode

from handlers.realtime.frame import Frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_wire_is_one_unmasked_text_frame(size: int) -> None:
    text = b"x" * size
    frame = Frame(text)
    assert frame.wire == Reference(Opcode.TEXT, text).serialize(mask=False)
    assert len(frame) == len(frame.wire)
    assert frame.text == text
