"""Which prices are stale: those of an open market whose feed gives no sign of life."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, final

from typing_extensions import override

from generated.models import Resolution
from handlers.clock import Clock
from handlers.feeds.feed import Feed, FeedSink
from handlers.feeds.feeds import Feeds
from handlers.market.bars import Bar
from handlers.market.quotes import Quote

log = logging.getLogger(__name__)

INTERVAL: Final = 0.25
"""Seconds between two looks at the feeds."""


@dataclass(frozen=True, slots=True)
class Age:
    """Milliseconds since the feed was heard of, and since the price last changed, if it did."""

    stale: bool
    feed: int
    trade: int | None


@dataclass(slots=True)
class _Follower:
    symbols: Callable[[], Iterable[str]]
    tell: Callable[[Age], None]
    stale: bool = False


@final
class Freshness(FeedSink):
    """Tells its followers when they become stale and when they are fresh again, once each.

    A feed is silent that gave no sign of life for more than `stale_after` ms. A quiet symbol of
    a feed that lives is fresh, and so is one whose market is closed. Where the clock jumps, each
    feed has as long as after the start to be heard of.
    """

    def __init__(self, feeds: Feeds, clock: Clock, stale_after: int) -> None:
        self._feeds = feeds
        self._clock = clock
        self._stale_after = stale_after
        self._since = self._checked_at = clock.now()
        self._followers: dict[str, _Follower] = {}
        self._stale = 0
        """How many followers are."""
        self._changed_at: dict[str, int] = {}
        """By symbol: when its price last changed."""

    def follow(
        self, name: str, symbols: Callable[[], Iterable[str]], tell: Callable[[Age], None]
    ) -> None:
        """From now on; told at once where it is stale already. `tell` must not wait.

        `symbols` are those that it depends on, at each moment; all of them exist.
        """
        follower = self._followers[name] = _Follower(symbols, tell)
        self._look(follower, self._silent())

    def forget(self, name: str) -> None:
        """Nothing happens where it is not followed."""
        follower = self._followers.pop(name, None)
        if follower is not None and follower.stale:
            self._stale -= 1

    def is_stale(self, symbol_id: str) -> bool:
        """Whether its market is open and its feed silent, as of now."""
        feed = self._feeds.feed(symbol_id)
        return self._age(feed) > self._stale_after and self._feeds.is_open(symbol_id)

    async def run(self) -> None:
        """Check until canceled."""
        while True:
            await asyncio.sleep(INTERVAL)
            self.check()

    def check(self) -> None:
        """Tell what has changed since the check before."""
        now = self._clock.now()
        if not 0 <= now - self._checked_at <= self._stale_after:
            self._since = now
        self._checked_at = now
        silent = self._silent()
        if silent or self._stale:
            for follower in tuple(self._followers.values()):
                self._look(follower, silent)

    @override
    def on_quote(self, quote: Quote) -> None:
        self._changed_at[quote.symbol] = self._clock.now()

    @override
    def on_bar(self, symbol_id: str, resolution: Resolution, bar: Bar, closed: bool) -> None:
        """A bar that the clock closes is no news of the price."""
        if not closed:
            self._changed_at[symbol_id] = self._clock.now()

    @override
    def on_epoch(self, feed: Feed) -> None:
        """The feed lives, or it could not say so."""

    def _silent(self) -> Mapping[Feed, int]:
        """The silent feeds, each with its age."""
        ages = ((feed, self._age(feed)) for feed in self._feeds.feeds)
        return {feed: age for feed, age in ages if age > self._stale_after}

    def _age(self, feed: Feed) -> int:
        now, heard = self._clock.now(), feed.heartbeat_at()
        # A sign of life from the future was given before the clock was set back.
        return now - (max(heard, self._since) if heard <= now else self._since)

    def _look(self, follower: _Follower, silent: Mapping[Feed, int]) -> None:
        try:
            age = self._age_of(tuple(follower.symbols()), silent)
            if age.stale is not follower.stale:
                follower.stale = age.stale
                self._stale += 1 if age.stale else -1
                follower.tell(age)
        except Exception:
            log.exception("whether prices are fresh could not be told")

    def _age_of(self, symbols: tuple[str, ...], silent: Mapping[Feed, int]) -> Age:
        ages = [
            silent[feed]
            for symbol in symbols
            if (feed := self._feeds.feed(symbol)) in silent and self._feeds.is_open(symbol)
        ]
        if ages:
            return Age(True, max(ages), self._trade_age(symbols))
        lives = (self._age(self._feeds.feed(symbol)) for symbol in symbols)
        return Age(False, max(lives, default=0), self._trade_age(symbols))

    def _trade_age(self, symbols: tuple[str, ...]) -> int | None:
        now = self._clock.now()
        changes = [self._changed_at[each] for each in symbols if each in self._changed_at]
        return max(0, now - max(changes)) if changes else None
