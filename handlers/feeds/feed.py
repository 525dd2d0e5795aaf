"""The port through which prices come in, and what every feed promises."""

from abc import ABC, abstractmethod
from typing import Protocol

from generated.models import Adjustment, DataKind, Resolution
from handlers.market.actions import CorporateAction
from handlers.market.bars import Bar, BarPage
from handlers.market.quotes import DayFigures, Quote
from handlers.market.symbols import Exchange, Symbol

MAX_BARS = 5_000
"""Bars on a page at most."""


class NotSupported(Exception):
    """The symbol has no such resolution or no such adjustment; `option` is what was asked for."""

    def __init__(self, option: Resolution | Adjustment) -> None:
        super().__init__(str(option.value))
        self.option = option


class FeedSink(Protocol):
    """Takes what a feed streams. Called on the event loop; must neither block nor raise."""

    def on_quote(self, quote: Quote) -> None:
        return

    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        """The bar as it is now; `closed` once, when it does not change any more."""
        return

    def on_action(self, action: CorporateAction) -> None:
        """A split or a dividend, before any price of its day. Few who listen need to act."""
        return

    def on_epoch(self, feed: "Feed") -> None:
        """History is another one from now on; `feed.epoch` has changed."""
        return

    async def settled(self) -> None:
        """Returns when what came of what was told so far is stored.

        A feed whose time can wait does so before each step: then no order misses a price.
        """
        return


class Feed(ABC):
    """Symbols, their history, and their prices as they come.

    Every feed promises:

    - Times are Unix milliseconds. `market_time` is the present of the symbol's own clock: real
      time, or the time of a recording. It never goes back within one epoch.
    - History holds closed bars and the one in progress, ascending, of unique times, never one of
      the future. A closed bar does not change within one epoch; adjusted, within one edition.
    - What is streamed equals history: a bar given as closed is the bar that `history` gives from
      then on, and the last update of a bar in progress is the bar that `history` gave then.
    - Each bar that closes while it is watched is given as closed once, when the clock ends it,
      before anything of the next bar. No update of it follows.
    - A split or a dividend is told once, whoever watches, before any price of its first day; from
      then on `actions` has it, and never before.
    - A quote is never older than the one before it. A feed that knows bars alone gives quotes for
      valuation, each older than the market time: nothing can fill on them.
    - Only what is watched is streamed; `watch` takes effect with the next price.
    - Once a symbol is `ready`, methods other than `run` answer at once, from memory. `history` may
      be called in any thread; thousands of bars take it a tenth of a second.

    Unknown symbols raise KeyError.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """For people who operate the server."""

    @property
    @abstractmethod
    def data_kind(self) -> DataKind: ...

    @property
    @abstractmethod
    def epoch(self) -> str:
        """Names one unbroken history. As long as it stays, closed bars stay."""

    @property
    def trouble(self) -> str | None:
        """What is wrong with the feed and the remedy, in one line; None while all is well."""
        return None

    @abstractmethod
    def exchanges(self) -> tuple[Exchange, ...]: ...

    @abstractmethod
    def symbols(self) -> tuple[Symbol, ...]: ...

    def adjustments(self) -> tuple[Adjustment, ...]:
        """What `history` can adjust for; simulated prices need none, so all are the same."""
        return tuple(Adjustment)

    def edition(self, symbol_id: str, adjustment: Adjustment) -> str:
        """Names one unbroken history so adjusted: a split or a dividend begins another.

        Prices are adjusted to those of the newest bar, for what is known by then alone.
        """
        return self.epoch

    def actions(self, symbol_id: str, after: int = -1) -> tuple[CorporateAction, ...]:
        """Splits and dividends by now, ascending, later than `after`; simulated prices have none.

        Of one day the split comes first.
        """
        if all(symbol.id != symbol_id for symbol in self.symbols()):
            raise KeyError(symbol_id)
        return ()

    @abstractmethod
    async def ready(self, symbol_id: str) -> None:
        """Wait for what must be loaded first. Who does not wait blocks the event loop for that."""

    @abstractmethod
    def history(
        self,
        symbol_id: str,
        resolution: Resolution,
        start: int | None,
        end: int | None,
        count_back: int | None = None,
        adjustment: Adjustment = Adjustment.NONE,
    ) -> BarPage:
        """Bars with `start <= time < end`, the newest MAX_BARS of them.

        With `count_back` so many bars before `end`, whatever `start` says. Without `end` up to
        now, the bar in progress included; without `start` from the beginning. Raises NotSupported.
        """

    @abstractmethod
    def bar(self, symbol_id: str, resolution: Resolution) -> tuple[Bar, bool] | None:
        """The newest bar and whether it is closed; None before the first."""

    @abstractmethod
    def quote(self, symbol_id: str) -> Quote | None:
        """The quote that prevails now; while the market is closed, the last one."""

    @abstractmethod
    def day_figures(self, symbol_id: str) -> DayFigures | None:
        """Of the trading day of `quote`."""

    @abstractmethod
    def market_time(self, symbol_id: str) -> int: ...

    @abstractmethod
    def is_open(self, symbol_id: str) -> bool: ...

    @abstractmethod
    def session_end(self, symbol_id: str, at: int | None = None) -> int | None:
        """End of the session that is open, else of the next one; None if none is known.

        `at` is the market time of which that is asked, by default the present.
        """

    @abstractmethod
    def heartbeat_at(self) -> int:
        """When the feed last gave a sign of life, in real time; 0 before the first."""

    @abstractmethod
    def data_at(self) -> int:
        """When the newest price came in, in real time; 0 before the first."""

    @abstractmethod
    def watch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        """Stream the quotes of a symbol, or its bars of one resolution.

        A feed that knows bars alone streams its daily bars along with the quotes.
        Raises NotSupported.
        """

    @abstractmethod
    def unwatch(self, symbol_id: str, resolution: Resolution | None = None) -> None:
        """Stop it again; nothing happens where it was not watched."""

    @abstractmethod
    async def run(self, sink: FeedSink) -> None:
        """Stream until canceled."""
