"""The composition root: the one place that picks implementations and puts them together."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from random import SystemRandom
from typing import TypeVar

from fastapi import FastAPI

from generated.models import DataKind
from generated.rest.app import create_app
from generated.rest.version import API_VERSION, LIFECYCLE
from generated.ws.dispatch import Dispatch, Topics
from generated.ws.policy import FRESHNESS, LIMITS, RESUME
from generated.ws.publisher import Publisher
from handlers.brokers.fill_models import read_fill_models
from handlers.brokers.paper import PaperBroker
from handlers.clock import Clock
from handlers.equity_record import EquityRecord
from handlers.excursions import ExcursionsOf
from handlers.feeds.feeds import Feeds
from handlers.feeds.freshness import Freshness
from handlers.feeds.replay.feed import ReplayFeed
from handlers.feeds.simulated.feed import SimulatedFeed
from handlers.financing_clock import FinancingClock
from handlers.margin_watch import MarginWatch
from handlers.oms import Oms
from handlers.operations.background import end_of_tick, running
from handlers.operations.feed_metrics import FeedCollector
from handlers.operations.health import Vitals
from handlers.operations.metrics import Metrics
from handlers.operations.scraping import Measured, metrics_route
from handlers.operations.stream_metrics import StreamCollector
from handlers.pages import pages
from handlers.paper_accounts import PaperAccounts
from handlers.pnl import Pnl
from handlers.realtime.backplane import Backplane
from handlers.realtime.connections import Connections
from handlers.realtime.hub import Hub
from handlers.realtime.memory_backplane import MemoryBackplane
from handlers.realtime.owner import Owner
from handlers.rest.accounts import Accounts
from handlers.rest.auth import Auth
from handlers.rest.datafeed import Datafeed
from handlers.rest.executions import Executions
from handlers.rest.health import Health
from handlers.rest.leverage import Leverage
from handlers.rest.orders import Orders
from handlers.rest.performance import Performance
from handlers.rest.positions import Positions
from handlers.rest.scenarios import Scenarios
from handlers.rest.versions import Versions
from handlers.security.authentication import Authentication
from handlers.security.guard import Guard
from handlers.security.identity import Identity
from handlers.security.keys import Keys
from handlers.security.limits import LoginLimits
from handlers.security.origins import Origins
from handlers.security.passwords import Passwords
from handlers.security.sessions import Sessions
from handlers.security.tokens import new_id
from handlers.settings import Settings
from handlers.storage.database import Database, StorageError
from handlers.storage.equity_days import EquityDays, SqlEquityDays
from handlers.storage.ledger import Ledger
from handlers.storage.replays import SqlReplays
from handlers.storage.snapshots import Snapshots
from handlers.storage.sql_ledger import SqlLedger
from handlers.storage.watched_ledger import WatchedLedger
from handlers.trading.matching.models.profile import FillModels
from handlers.trading.risk.financing import AnnualRates
from handlers.ws.account import AccountStream
from handlers.ws.bars import BarsStream
from handlers.ws.connection import ConnectionStream
from handlers.ws.endpoint import StreamEndpoint, contract_policy
from handlers.ws.forwarding import Forwarded
from handlers.ws.pnl import PnlStream
from handlers.ws.quotes import QuotesStream

Subscriber = TypeVar("Subscriber")


@dataclass(frozen=True, slots=True)
class Ports:
    """What a process stands on; tests give other implementations."""

    clock: Clock
    database: Database
    ledger: Ledger
    backplane: Backplane
    feeds: Feeds
    equity_days: EquityDays
    passwords: Passwords
    fill_models: FillModels = field(default_factory=FillModels)

    def close(self) -> None:
        """Let go of what they hold, once the application has stopped."""
        self.passwords.close()
        self.database.close()


def open_ports(settings: Settings, clock: Clock, database: Database) -> Ports:
    """The implementations of a server, on a database that is open and migrated."""
    return Ports(
        clock=clock,
        database=database,
        ledger=SqlLedger(database),
        backplane=open_backplane(settings),
        feeds=Feeds(
            [
                SimulatedFeed(clock, settings.simulated_seed),
                ReplayFeed(
                    clock,
                    SqlReplays(database),
                    lambda: new_id("rec"),
                    bar_duration=max(1, round(settings.replay_bar_seconds * 1_000)),
                    history=settings.replay_history,
                ),
            ]
        ),
        equity_days=SqlEquityDays(database),
        passwords=Passwords(),
        fill_models=read_fill_models(settings.fill_models),
    )


def open_backplane(settings: Settings) -> Backplane:
    """Redis if one is named; else this process is alone."""
    if settings.backplane_url is None:
        return MemoryBackplane()
    from handlers.realtime.redis_backplane import RedisBackplane  # its client takes long to import

    password = settings.backplane_password
    return RedisBackplane(
        settings.backplane_url, None if password is None else password.get_secret_value()
    )


def create_application(settings: Settings, ports: Ports) -> FastAPI:
    """The whole server as an ASGI application; its lifespan starts and stops it."""
    clock, feeds = ports.clock, ports.feeds
    freshness = Freshness(feeds, clock, FRESHNESS.stale_after)
    broker = PaperBroker(feeds, ports.fill_models, freshness.is_stale)
    ledger = WatchedLedger(ports.ledger, clock, _ledger_probe(ports))
    oms = Oms(
        ledger=ledger,
        broker=broker,
        market=feeds,
        clock=clock,
        replay_epoch=lambda: _replay_epoch(feeds),
        snapshots=_snapshots(ports.database.path, ledger),
    )
    pnl = Pnl(oms, feeds)
    equity_record = EquityRecord(oms, feeds, ports.equity_days)
    margin_watch = MarginWatch(oms, feeds, broker, clock)
    rates = AnnualRates(settings.financing_rate, settings.borrow_rate)
    financing_clock = FinancingClock(oms, feeds, clock, rates)
    hub = Hub(
        epoch=new_id("run"),
        now=clock.now,
        schedule=end_of_tick,
        topics_per_client=LIMITS.topics_per_connection,
        keys_per_topic=RESUME.keys_per_topic,
        resume_window=RESUME.window,
    )
    publisher = Publisher(hub)
    bars = BarsStream(feeds, freshness, publisher)
    quotes = QuotesStream(feeds, freshness, publisher)
    account_stream = AccountStream(oms, publisher)
    pnl_stream = PnlStream(oms, pnl, freshness, publisher, clock)
    connection_stream = ConnectionStream(oms, ledger, publisher)

    for sink in (broker, oms, margin_watch, pnl, freshness, bars, quotes):
        feeds.add_listener(sink)
    oms.add_listener(account_stream)
    oms.add_listener(pnl)
    oms.add_listener(margin_watch)
    oms.add_listener(financing_clock)
    pnl.connect(pnl_stream)
    ledger.add_listener(connection_stream.on_availability)

    keys = Keys(ports.database, clock)

    def dispatch(topics: Topics[Subscriber]) -> Dispatch[Subscriber]:
        return Dispatch(
            topics,
            clock.now,
            bars=bars,
            quotes=quotes,
            account=account_stream,
            pnl=pnl_stream,
            connection=connection_stream,
        )

    owner = Owner(
        hub,
        ports.backplane,
        new_id("run"),
        clock.now,
        topics_per_client=LIMITS.topics_per_connection,
        unread_size=LIMITS.unread_size,
    )
    owner.serve = Forwarded(dispatch(owner), oms.open_accounts).serve

    identity = Identity(
        ports.database,
        Sessions(ports.database, clock, settings.session_lifetime),
        keys,
        ports.passwords,
        clock,
        oms.open_accounts,
        local=settings.local,
    )
    authentication = Authentication(identity, clock.now)
    connections = Connections(contract_policy())
    stream = StreamEndpoint(
        admit=authentication.admit,
        authenticate=authentication.authenticate,
        dispatch=dispatch(hub),
        hub=hub,
        connections=connections,
        policy=contract_policy(),
        now=clock.now,
        random=SystemRandom(),
    )

    metrics = Metrics(
        StreamCollector(hub, connections, ports.backplane), FeedCollector(feeds, clock)
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await oms.start()
            margin_watch.start()
            financing_clock.start()
        except StorageError as refusal:
            application.state.refusal = refusal
            raise
        await identity.start()
        await owner.start()
        async with running(
            feeds.run(),
            freshness.run(),
            ledger.run(),
            oms.run(),
            financing_clock.run(),
            equity_record.run(),
            connections.watch(),
            hub.watch(),
            owner.watch(),
            identity.watch(),
            metrics.run(),
        ):
            yield
        connections.end()
        await owner.stop()
        await oms.close()
        await hub.stop()

    application = create_app(
        health=Health(_vitals(ports), version("trading-pro"), API_VERSION),
        versions=Versions(API_VERSION, LIFECYCLE),
        auth=Auth(
            identity,
            keys,
            LoginLimits(settings.login_attempts),
            secure_cookies=settings.secure_cookies,
        ),
        datafeed=Datafeed(feeds, clock),
        accounts=Accounts(
            oms,
            PaperAccounts(oms, feeds, clock, lambda: _replay_epoch(feeds)),
            pnl,
            clock,
        ),
        performance=Performance(oms, pnl, equity_record, ExcursionsOf(feeds), feeds),
        orders=Orders(oms),
        positions=Positions(oms),
        executions=Executions(oms),
        scenarios=Scenarios(oms, feeds, clock, allowed=settings.scenarios),
        leverage=Leverage(oms, pnl, feeds, clock),
        security=authentication,
        routes=(
            metrics_route(metrics, authentication.admit),
            *pages(settings.frontend_dir, stream),
        ),
        lifespan=lifespan,
    )
    application.add_middleware(Measured, metrics=metrics)
    application.add_middleware(
        Guard,
        origins=Origins.of(settings.host, settings.allowed_hosts, settings.allowed_origins),
    )
    return application


def _snapshots(database: Path | None, ledger: Ledger) -> Snapshots | None:
    """Beside the database, where that is a file."""
    return None if database is None else Snapshots(database.parent / "snapshots", ledger)


def _replay_epoch(feeds: Feeds) -> str | None:
    """Of the recording that is replayed; None where there is none."""
    recorded = (feed for feed in feeds.feeds if feed.data_kind is DataKind.RECORDED)
    return next((feed.epoch for feed in recorded if feed.symbols()), None)


def _ledger_probe(ports: Ports) -> Callable[[], Awaitable[None]]:
    async def probe() -> None:
        await ports.ledger.read("", limit=1)
        await ports.database.write(lambda _: None)

    return probe


def _vitals(ports: Ports) -> Vitals:
    return Vitals(ports.clock, ports.feeds, _ledger_probe(ports), ports.backplane.probe)
