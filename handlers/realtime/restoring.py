"""What the clients of an edge have missed, told when the owner of their topics is back."""

from handlers.realtime.hub import Hub
from handlers.realtime.link import Answer, Part
from handlers.realtime.seats import Seat, Told


def restore(hub: Hub, seat: Seat, message: Part | Answer) -> None:
    """For all clients of the topic at once."""
    for told in map(Told, message.frames):
        place = told.place(seat.place) or seat.place
        if told.answers and not told.accepts:
            cut(seat)
        elif told.breaks or (told.accepts and not told.resumed):
            hub.gap(seat.address, *place)
        elif not told.answers:
            hub.deliver(told.update(place, lossless=isinstance(message, Part)))
        seat.place = place


def cut(seat: Seat) -> None:
    """The owner no longer has the topic for them: they begin anew, each by itself."""
    for client in tuple(seat.clients):
        if client.overflowed is not None:
            client.overflowed()
