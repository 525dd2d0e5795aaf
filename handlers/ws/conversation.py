"""What is said on one connection, in the words of the contract."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import cast, final

from generated import models
from generated.ws import envelope, policy, problems
from generated.ws.dispatch import Dispatch
from generated.ws.envelope import Request
from handlers.realtime import policy as rules
from handlers.realtime.client import Client
from handlers.realtime.policy import Close, Policy
from handlers.ws.visitor import Visitor

_REASONS = {
    rules.LIFESPAN_OVER: models.GoawayReason.LIFESPAN_OVER,
    rules.SHUTTING_DOWN: models.GoawayReason.SHUTTING_DOWN,
}


@final
@dataclass(frozen=True, slots=True)
class StreamConversation:
    """`now` is in milliseconds; `random` spreads the reconnects after a shutdown."""

    dispatch: Dispatch[Client]
    client: Client
    visitor: Visitor
    connection_id: str
    rules: Policy
    now: Callable[[], int]
    random: Random

    @property
    def authenticated(self) -> bool:
        return self.visitor.session is not None

    def hello(self) -> bytes:
        rules = self.rules
        hello = models.Hello(
            version=policy.VERSION,
            lifecycle=models.Lifecycle(policy.LIFECYCLE),
            connection_id=self.connection_id,
            time=self.now(),
            authenticated=self.authenticated,
            heartbeat=models.HelloHeartbeat(
                ping_interval=rules.ping_interval, timeout=rules.silence
            ),
            lifespan=models.HelloLifespan(duration=rules.lifespan, notice=rules.notice),
            limits=models.HelloLimits(
                messages_per_second=rules.messages_per_second,
                message_burst=rules.message_burst,
                frame_size=rules.frame_size,
                batch_size=policy.LIMITS.batch_size,
                topics_per_connection=rules.topics,
            ),
        )
        return _json(models.HelloMessage(type="hello", payload=hello))

    def goaway(self, close: Close, closes_in: int) -> bytes:
        after = self.random.randrange(self.rules.reconnect_spread) if closes_in == 0 else 0
        goaway = models.Goaway(reason=_REASONS[close], reconnect_after=after, closes_in=closes_in)
        return _json(models.GoawayMessage(type="goaway", payload=goaway))

    def read(self, frame: str) -> Sequence[object]:
        return envelope.read(frame)

    async def answer(self, request: object) -> None:
        await self.dispatch.answer(self.client, self.visitor, cast(Request, request))
        self.visitor.answered()

    def refuse_rate(self, request: object) -> bytes:
        return envelope.error(cast(Request, request).id, problems.RateExceeded())

    def refuse_binary(self) -> bytes:
        return envelope.error(None, problems.BinaryFrame())


def _json(message: models.HelloMessage | models.GoawayMessage) -> bytes:
    return message.model_dump_json(by_alias=True).encode()
