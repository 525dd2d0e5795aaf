"""The operator's file of fill models: TOML, a table for each kind of symbol."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, model_validator

from generated.models import SymbolType
from handlers.operations.refusal import Refused
from handlers.trading.matching.models.fees import FeeModel, NoFee, UnitFee, ValueFee
from handlers.trading.matching.models.latency import (
    FixedLatency,
    LatencyModel,
    NoLatency,
    UniformLatency,
)
from handlers.trading.matching.models.liquidity import LiquidityModel, ShareOfSize, Unlimited
from handlers.trading.matching.models.profile import FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue, FirstInQueue, QueueModel
from handlers.trading.matching.models.slippage import (
    NoSlippage,
    SlippageModel,
    SpreadSlippage,
    TickSlippage,
    VolumeImpact,
)

LONGEST_LATENCY: Final = 60_000
"""Milliseconds."""

_Share = Annotated[Decimal, Field(gt=0, le=1, decimal_places=12)]
_Probability = Annotated[Decimal, Field(ge=0, le=1, decimal_places=12)]
_Amount = Annotated[Decimal, Field(ge=0, lt=10**9, decimal_places=12)]
_Milliseconds = Annotated[StrictInt, Field(ge=0, le=LONGEST_LATENCY)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _NoSlippage(_Table):
    model: Literal["none"]

    def build(self) -> SlippageModel:
        return NoSlippage()


class _TickSlippage(_Table):
    model: Literal["ticks"]
    ticks: Annotated[StrictInt, Field(ge=0, le=1_000)]

    def build(self) -> SlippageModel:
        return TickSlippage(self.ticks)


class _SpreadSlippage(_Table):
    model: Literal["spread"]
    share: Annotated[Decimal, Field(gt=0, le=100, decimal_places=12)]

    def build(self) -> SlippageModel:
        return SpreadSlippage(self.share)


class _VolumeImpact(_Table):
    model: Literal["volume_impact"]
    impact: _Share

    def build(self) -> SlippageModel:
        return VolumeImpact(self.impact)


class _NoFee(_Table):
    model: Literal["none"]

    def build(self) -> FeeModel:
        return NoFee()


class _UnitFee(_Table):
    model: Literal["per_unit"]
    rate: _Amount
    minimum: _Amount = Decimal(0)

    def build(self) -> FeeModel:
        return UnitFee(self.rate, self.minimum)


class _ValueFee(_Table):
    model: Literal["share_of_value"]
    share: _Probability
    minimum: _Amount = Decimal(0)

    def build(self) -> FeeModel:
        return ValueFee(self.share, self.minimum)


class _NoLatency(_Table):
    model: Literal["none"]

    def build(self) -> LatencyModel:
        return NoLatency()


class _FixedLatency(_Table):
    model: Literal["fixed"]
    milliseconds: _Milliseconds

    def build(self) -> LatencyModel:
        return FixedLatency(self.milliseconds)


class _UniformLatency(_Table):
    model: Literal["uniform"]
    lowest: _Milliseconds
    highest: _Milliseconds

    @model_validator(mode="after")
    def _ordered(self) -> "_UniformLatency":
        if self.highest < self.lowest:
            raise ValueError("highest must not be below lowest")
        return self

    def build(self) -> LatencyModel:
        return UniformLatency(self.lowest, self.highest)


class _Unlimited(_Table):
    model: Literal["unlimited"]

    def build(self) -> LiquidityModel:
        return Unlimited()


class _ShareOfSize(_Table):
    model: Literal["share"]
    share: _Share

    def build(self) -> LiquidityModel:
        return ShareOfSize(self.share)


class _FirstInQueue(_Table):
    model: Literal["first"]

    def build(self) -> QueueModel:
        return FirstInQueue()


class _ChanceInQueue(_Table):
    model: Literal["chance"]
    probability: _Probability

    def build(self) -> QueueModel:
        return ChanceInQueue(self.probability)


_Choice = Field(discriminator="model")


class _Profile(_Table):
    slippage: Annotated[_NoSlippage | _TickSlippage | _SpreadSlippage | _VolumeImpact, _Choice] = (
        _NoSlippage(model="none")
    )
    fee: Annotated[_NoFee | _UnitFee | _ValueFee, _Choice] = _NoFee(model="none")
    latency: Annotated[_NoLatency | _FixedLatency | _UniformLatency, _Choice] = _NoLatency(
        model="none"
    )
    liquidity: Annotated[_Unlimited | _ShareOfSize, _Choice] = _Unlimited(model="unlimited")
    queue: Annotated[_FirstInQueue | _ChanceInQueue, _Choice] = _FirstInQueue(model="first")

    def build(self) -> FillProfile:
        return FillProfile(
            self.slippage.build(),
            self.fee.build(),
            self.latency.build(),
            self.liquidity.build(),
            self.queue.build(),
        )


class _File(_Table):
    seed: Annotated[str, Field(min_length=1)] = "trading-pro"
    stock: _Profile = _Profile()
    currency: _Profile = _Profile()
    crypto: _Profile = _Profile()

    def profiles(self) -> Mapping[SymbolType, FillProfile]:
        return {kind: getattr(self, kind.value).build() for kind in SymbolType}


def read_fill_models(path: Path | None) -> FillModels:
    """Those of the file; the best case for every kind of symbol without one. Raises Refused."""
    if path is None:
        return FillModels()
    try:
        document = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
        file = _File.model_validate(document)
    except OSError as error:
        raise Refused(f"The fill models in {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"The fill models in {path} are not text: save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"The fill models in {path} are not TOML: {error}.") from error
    except ValidationError as error:
        raise Refused(f"The fill models in {path}: {_first(error)}") from error
    return FillModels(file.profiles(), file.seed)


def _first(error: ValidationError) -> str:
    """One line: where, and what is wrong there."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    more = f" And {error.error_count() - 1} more." if error.error_count() > 1 else ""
    return f"{where}: {first['msg']}.{more}"
