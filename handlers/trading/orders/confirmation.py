"""Confirm ids: a preview gives one, and placing the order checks that it is of the same order.

It needs no memory: it holds the time until which it is good, and a hash of account and order.
"""

from dataclasses import replace
from hashlib import blake2b
from typing import Final

from handlers.trading.orders.commands import PlaceOrder, fingerprint
from handlers.trading.orders.rejections import Fault, PreviewExpired, PreviewMismatch

GOOD_FOR: Final = 30_000
"""Milliseconds for which a preview can be confirmed."""


def confirm_id(account_id: str, command: PlaceOrder, valid_until: int) -> str:
    bare = replace(command, confirm_id=None, client_order_id=None)
    text = f"{account_id}\x1f{valid_until}\x1f{fingerprint(bare)}"
    return f"{valid_until}-{blake2b(text.encode(), digest_size=12).hexdigest()}"


def check(account_id: str, command: PlaceOrder, now: int) -> None:
    """Raises PreviewMismatch, PreviewExpired; nothing where no preview is named."""
    given = command.confirm_id
    if given is None:
        return
    until, _, _ = given.partition("-")
    valid_until = int(until) if until.isascii() and until.isdigit() else 0
    if given != confirm_id(account_id, command, valid_until):
        message = "Preview this order, or leave it out."
        raise PreviewMismatch(
            "The confirm id is of another order.", Fault("/confirmId", "preview", message)
        )
    if now > valid_until:
        message = "Preview the order again."
        raise PreviewExpired("The preview is too old.", Fault("/confirmId", "preview", message))
