"""Pages of long lists: a row keeps its number, and none is read that no page shows."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from generated.models import Side, TimeInForce
from handlers.paging import InvalidCursor, Page, page
from handlers.trading.accounts.account import AccountState, AccountView
from handlers.trading.accounts.execution import Execution
from handlers.trading.accounts.recalled import RecalledList
from handlers.trading.accounts.rows import Part
from handlers.trading.accounts.snapshot import Capture, recall
from handlers.trading.orders.order import Order
from tests.trading.world import Desk, HandMarket

FILLS = 12


@pytest.fixture
def desk() -> Desk:
    market = HandMarket()
    market.set("AAPL", "100.00", "100.00")
    desk = Desk(market)
    for number in range(FILLS):
        desk.place("AAPL", Side.SELL if number % 2 else Side.BUY, "1")
    return desk


def anew(state: AccountState) -> AccountState:
    return recall({name: memoryview(text) for name, text in Capture(state).sections()})


def executions(
    state: AccountState, cursor: str | None, *, newest_first: bool = True
) -> Page[Execution]:
    def rows(view: AccountView) -> Part[Execution]:
        return view.executions()

    return page(state, ("all",), rows, lambda _: True, cursor, 5, newest_first=newest_first)


def orders(state: AccountState, cursor: str | None) -> Page[Order]:
    def bought(order: Order) -> bool:
        return order.side is Side.BUY

    return page(state, ("bought",), lambda view: view.order_rows, bought, cursor, 2)


def walked(
    state: AccountState, turn: Callable[[AccountState, str | None], Page[Order]]
) -> list[str]:
    """The orders of all pages, of which a server that began anew gives each."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        shown = turn(anew(state), cursor)
        found += (item.order_id for item in shown.items)
        cursor = shown.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_go_on_where_the_one_before_ended(desk: Desk, newest_first: bool) -> None:
    expected = list(desk.state.view().executions())[:: -1 if newest_first else 1]
    found: list[Execution] = []
    cursor: str | None = None
    for size in (5, 5, 2):
        shown = executions(anew(desk.state), cursor, newest_first=newest_first)
        assert len(shown.items) == size
        found += shown.items
        cursor = shown.next_cursor
        desk.place("AAPL", Side.BUY, "1")
    assert cursor is None
    assert found == expected


def test_what_is_not_wanted_is_passed_over(desk: Desk) -> None:
    desk.place("AAPL", Side.BUY, "1", Decimal(99), TimeInForce.GTC)
    expected = [item.order_id for item in desk.state.view().orders() if item.side is Side.BUY]
    assert len(expected) == 1 + FILLS / 2
    assert walked(desk.state, orders) == expected


def test_a_page_reads_what_it_shows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    state = anew(desk.state)
    read: list[int] = []
    at = RecalledList[Execution]._at

    def counted(self: RecalledList[Execution], number: int) -> Execution:
        found = at(self, number)
        if isinstance(found, Execution):
            read.append(number)
        return found

    monkeypatch.setattr(RecalledList, "_at", counted)
    first = executions(state, None)
    executions(state, first.next_cursor)
    assert read == [11, 10, 9, 8, 7, 6, 6, 5, 4, 3, 2, 1]


def test_a_cursor_that_points_beyond_the_list_is_refused(desk: Desk) -> None:
    cursor = executions(desk.state, None).next_cursor
    other = Desk(desk.market)
    other.place("AAPL", Side.BUY, "1")
    with pytest.raises(InvalidCursor):
        executions(other.state, cursor)


def test_a_cursor_of_another_ledger_is_refused(desk: Desk) -> None:
    """One that was restored from a backup tells other things under the same numbers."""
    cursor = executions(desk.state, None).next_cursor
    assert cursor is not None
    padded = cursor + "=" * (-len(cursor) % 4)
    scope, _, *place = json.loads(urlsafe_b64decode(padded))
    other = urlsafe_b64encode(json.dumps([scope, "ep_other", *place]).encode()).decode()
    with pytest.raises(InvalidCursor):
        executions(desk.state, other)


def test_where_all_is_known_no_row_is_read(desk: Desk) -> None:
    for price in (97, 98, 99):
        desk.place("AAPL", Side.BUY, "1", Decimal(price), TimeInForce.GTC)
    view = desk.state.view()

    def working(limit: int, known: Callable[[AccountView], Sequence[Order]] | None) -> Page[Order]:
        def wanted(order: Order) -> bool:
            return order.open

        rows = (lambda _: ()) if known and limit > 2 else (lambda view: view.order_rows)
        return page(desk.state, ("open",), rows, wanted, None, limit, known=known)

    whole = working(3, lambda view: view.open_orders())
    assert (whole.items, whole.next_cursor) == (view.open_orders(), None)
    part = working(2, lambda view: view.open_orders())
    assert part.items == view.open_orders()[:2]
    assert part.next_cursor == working(2, None).next_cursor is not None


def test_what_was_open_then_is_told_then(desk: Desk) -> None:
    before = desk.state.sequence
    resting = desk.place("AAPL", Side.BUY, "1", Decimal(97), TimeInForce.GTC)
    desk.buy("AAPL", "1")
    then = desk.state.view(resting.sequence)
    assert [order.sequence for order in then.open_orders()] == [resting.sequence]
    assert then.open_positions() == desk.state.view(before).open_positions() == ()
    assert len(desk.state.view().open_positions()) == 1


def test_a_part_is_a_sequence() -> None:
    part = Part(list(range(10)), 2, 6)
    assert (len(part), part[0], part[-1], list(part[1:3])) == (4, 2, 5, [3, 4])
    assert (list(part), list(reversed(part))) == ([2, 3, 4, 5], [5, 4, 3, 2])
    assert list(Part([1], 1, 0)) == []
    with pytest.raises(IndexError):
        part[4]
