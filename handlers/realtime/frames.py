"""The frames of the hub, built by hand: payloads are JSON already, addresses need no escaping."""

import orjson

from handlers.realtime.frame import Frame
from handlers.realtime.topic import Joined
from handlers.realtime.update import Update


def update(update: Update) -> Frame:
    text = b'{"type":"%b","topic":"%b","seq":%d,"payload":%b}' % (
        update.message.encode(),
        update.topic.encode(),
        update.seq,
        update.payload,
    )
    if update.key is None:
        return Frame(text, lossless=True)
    return Frame(text, (update.topic, update.key))


def notice(notice: Update) -> Frame:
    """Without a sequence number: it is about the topic."""
    text = b'{"type":"%b","topic":"%b","payload":%b}' % (
        notice.message.encode(),
        notice.topic.encode(),
        notice.payload,
    )
    return Frame(text, (notice.topic, notice.message))


def gap(family: str, topic: str, now: Joined, last: int) -> bytes:
    """What came after `last` is lost; the stream goes on from `now`."""
    payload = {"epoch": now.epoch, "lastSeq": last}
    envelope = {"type": f"{family}.gap", "topic": topic, "seq": now.seq, "payload": payload}
    return orjson.dumps(envelope)
