"""Symbols, bars and quotes."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Final, TypeVar, final

from typing_extensions import override

from generated import models
from generated.rest import problems, results
from generated.rest.handlers import DatafeedHandler
from handlers import market_wire
from handlers.clock import Clock
from handlers.feeds.feed import MAX_BARS, NotSupported
from handlers.feeds.feeds import Feeds
from handlers.market.bars import BarPage
from handlers.market.resolutions import parse
from handlers.market.symbols import DEFAULT_EXCHANGE, Symbol

_E = TypeVar("_E", bound=StrEnum)

DEFAULT_BARS: Final = 500
"""What is given when neither `from` nor `countBack` says how much."""

AT_ONCE: Final = 1_000
"""Bars that are made without leaving the event loop: it takes a few milliseconds."""


@dataclass(frozen=True, slots=True)
class _Request:
    """Which bars: with `start` None the newest `count` before `end`, with `end` None up to now."""

    symbol: str
    resolution: models.Resolution
    adjustment: models.Adjustment
    start: int | None
    end: int | None
    count: int | None

    def digest(self, *more: object) -> str:
        described = repr((self, *more)).encode()
        return blake2b(described, digest_size=12).hexdigest()

    def cursor(self, end: int) -> str:
        """Leads on to the bars before `end`."""
        document = json.dumps([self.digest(), end], separators=(",", ":"))
        return urlsafe_b64encode(document.encode()).rstrip(b"=").decode()

    def following(self, cursor: str | None) -> "_Request":
        """Raises InvalidCursor where the cursor belongs to other bars."""
        if cursor is None:
            return self
        try:
            digest, end = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValueError, TypeError) as error:
            raise problems.InvalidCursor from error
        if digest != self.digest() or type(end) is not int:
            raise problems.InvalidCursor("The cursor belongs to another request.")
        return replace(self, end=end)


@final
class Datafeed(DatafeedHandler):
    def __init__(self, feeds: Feeds, clock: Clock) -> None:
        self._feeds = feeds
        self._clock = clock
        self._aside = asyncio.Lock()

    @override
    async def get_datafeed_config(self, session: models.Session) -> models.DatafeedConfig:
        offered = self._feeds.symbols()
        adjustments = {item for feed in self._feeds.feeds for item in feed.adjustments()}
        return models.DatafeedConfig(
            exchanges=[market_wire.exchange(item) for item in self._feeds.exchanges()],
            default_exchange=DEFAULT_EXCHANGE,
            types=_ordered(models.SymbolType, (item.type for item in offered)),
            resolutions=_ordered(
                models.Resolution, (each for item in offered for each in item.resolutions)
            ),
            adjustments=_ordered(models.Adjustment, adjustments),
            max_bars=MAX_BARS,
        )

    @override
    async def search_symbols(
        self,
        session: models.Session,
        *,
        query: str | None = None,
        type: models.SymbolType | None = None,
        exchange: str | None = None,
        limit: int = 30,
    ) -> models.SymbolList:
        found = self._feeds.search(query or "", symbol_type=type, exchange=exchange, limit=limit)
        await self._feeds.ready(*(item.id for item in found))
        return models.SymbolList(symbols=[self._symbol(item) for item in found])

    @override
    async def resolve_symbol(
        self, session: models.Session, symbol: models.SymbolId
    ) -> models.Symbol:
        return self._symbol(await self._resolve(symbol))

    @override
    async def get_bars(
        self,
        session: models.Session,
        *,
        symbol: models.SymbolId,
        resolution: models.ResolutionInput,
        from_: models.Timestamp | None = None,
        to: models.Timestamp | None = None,
        count_back: int | None = None,
        adjustment: models.Adjustment = models.Adjustment.NONE,
        cursor: str | None = None,
        if_none_match: str | None = None,
    ) -> results.GetBarsOk | results.GetBarsNotModified:
        canonical = parse(resolution.value)
        if canonical is None:
            raise problems.ResolutionNotSupported(f"There is no resolution {resolution.value}.")
        if count_back is None and from_ is None:
            count_back = DEFAULT_BARS
        start = None if count_back else from_
        if start is not None and to is not None and start >= to:
            raise problems.InvalidRange(f"from ({start}) is not before to ({to}).")
        found = await self._resolve(symbol)
        whole = _Request(found.id, canonical, adjustment, start, to, count_back)
        part = whole.following(cursor)
        try:
            etag = self._etag(part)
            if etag is not None and _matches(etag, if_none_match):
                return results.GetBarsNotModified(etag=etag)
            body = await self._body(whole, part)
        except NotSupported as error:
            raise _not_supported(whole.symbol, error) from error
        # Made aside, the page may be of the edition that follows.
        return results.GetBarsOk(body=body, etag=etag if etag == self._etag(part) else None)

    @override
    async def get_quotes(
        self, session: models.Session, *, symbols: tuple[models.SymbolId, ...]
    ) -> models.QuoteList:
        found = [await self._resolve(item) for item in symbols]
        return models.QuoteList(quotes=[self._quote(item) for item in found])

    @override
    async def list_corporate_actions(
        self, session: models.Session, *, symbol: models.SymbolId
    ) -> models.CorporateActionList:
        found = await self._resolve(symbol)
        return market_wire.corporate_actions(found, self._feeds.actions(found.id))

    @override
    async def get_server_time(self, session: models.Session) -> models.ServerTime:
        return models.ServerTime(time=self._clock.now())

    async def _resolve(self, symbol_id: str) -> Symbol:
        found = self._feeds.symbol(symbol_id)
        if found is None:
            raise problems.SymbolNotFound(f"There is no symbol {symbol_id}.")
        await self._feeds.ready(found.id)
        return found

    def _symbol(self, symbol: Symbol) -> models.Symbol:
        return market_wire.symbol(symbol, self._feeds.is_open(symbol.id))

    def _quote(self, symbol: Symbol) -> models.Quote:
        quote = self._feeds.quote(symbol.id)
        model = None if quote is None else market_wire.quote(self._feeds, quote)
        if model is None:
            raise problems.NoPrice(f"{symbol.id} has no price yet; ask for the others without it.")
        return model

    async def _body(self, whole: _Request, part: _Request) -> models.BarPage:
        """Many bars are made aside, one page at a time: the streams must not wait for them."""
        if part.count is not None and part.count <= AT_ONCE:
            return self._page(whole, part)
        async with self._aside:
            return await asyncio.to_thread(self._page, whole, part)

    def _page(self, whole: _Request, part: _Request) -> models.BarPage:
        page = self._bars(part)
        following = whole.cursor(page.bars[0].time) if page.more else None
        return market_wire.bar_page(
            whole.symbol, whole.resolution, whole.adjustment, page, following
        )

    def _bars(self, request: _Request) -> BarPage:
        return self._feeds.history(
            request.symbol,
            request.resolution,
            request.start,
            request.end,
            request.count,
            request.adjustment,
        )

    def _etag(self, request: _Request) -> str | None:
        """Only where all that lies in the range is closed, so that the answer stays."""
        newest = self._feeds.bar(request.symbol, request.resolution)
        if newest is None or request.end is None:
            return None
        bar, closed = newest
        if request.end > (bar.time + 1 if closed else bar.time):
            return None
        edition = self._feeds.edition(request.symbol, request.adjustment)
        return f'"{request.digest(edition)}"'


def _matches(etag: str, if_none_match: str | None) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


def _not_supported(symbol_id: str, error: NotSupported) -> problems.Problem:
    detail = f"{symbol_id} has no {error}."
    if isinstance(error.option, models.Resolution):
        return problems.ResolutionNotSupported(detail)
    return problems.AdjustmentNotSupported(detail)


def _ordered(values: Iterable[_E], wanted: Iterable[_E]) -> list[_E]:
    """The wanted ones, each once, in the order of the contract."""
    found = set(wanted)
    return [value for value in values if value in found]
