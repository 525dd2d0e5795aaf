"""The operator's file of fill models: what it may say, and how it is told what is wrong."""

import inspect
import re
from decimal import Decimal
from pathlib import Path

import pytest

from generated.models import SymbolType
from handlers.brokers import fill_models
from handlers.brokers.fill_models import read_fill_models
from handlers.operations.refusal import Refused
from handlers.trading.matching.models.fees import UnitFee, ValueFee
from handlers.trading.matching.models.latency import FixedLatency, UniformLatency
from handlers.trading.matching.models.liquidity import ShareOfSize
from handlers.trading.matching.models.profile import BEST_CASE, FillModels, FillProfile
from handlers.trading.matching.models.queue import ChanceInQueue
from handlers.trading.matching.models.slippage import SpreadSlippage, TickSlippage, VolumeImpact
from tests.trading.world import make_symbol

EVERYTHING = """
seed = "mine"

[stock]
slippage = {model = "ticks", ticks = 1}
fee = {model = "per_unit", rate = 0.005, minimum = 1}
latency = {model = "uniform", lowest = 20, highest = 80}
liquidity = {model = "share", share = 0.25}
queue = {model = "chance", probability = 0.5}

[currency]
slippage = {model = "spread", share = "0.1"}
latency = {model = "fixed", milliseconds = 50}

[crypto]
slippage = {model = "volume_impact", impact = 0.1}
fee = {model = "share_of_value", share = 0.0026}
"""
NOTHING = """
[stock]
slippage = {model = "none"}
fee = {model = "none"}
latency = {model = "none"}
liquidity = {model = "unlimited"}
queue = {model = "first"}
"""


DOCUMENT = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fills.toml"


def profile(models: FillModels, kind: SymbolType) -> FillProfile:
    return models.of(make_symbol("AAPL", kind=kind))


def test_without_a_file_every_fill_is_the_best_case() -> None:
    models = read_fill_models(None)
    assert [profile(models, kind) for kind in SymbolType] == [BEST_CASE] * 3
    assert BEST_CASE.describe("quote") == "quote"
    assert models.delay(make_symbol("AAPL"), "ord_1", 1) == 0


def test_every_model_can_be_chosen(file: Path) -> None:
    file.write_text(EVERYTHING)
    models = read_fill_models(file)
    assert profile(models, SymbolType.STOCK) == FillProfile(
        TickSlippage(1),
        UnitFee(Decimal("0.005"), Decimal(1)),
        UniformLatency(20, 80),
        ShareOfSize(Decimal("0.25")),
        ChanceInQueue(Decimal("0.5")),
    )
    assert profile(models, SymbolType.CURRENCY) == FillProfile(
        slippage=SpreadSlippage(Decimal("0.1")), latency=FixedLatency(50)
    )
    assert profile(models, SymbolType.CRYPTO) == FillProfile(
        slippage=VolumeImpact(Decimal("0.1")), fee=ValueFee(Decimal("0.0026"))
    )
    assert profile(models, SymbolType.CRYPTO).describe("quote") == (
        "quote; volume impact 0.1; fee 0.0026 of the value"
    )


def test_the_seed_decides_the_chances(file: Path) -> None:
    file.write_text(EVERYTHING)
    one = read_fill_models(file)
    file.write_text(EVERYTHING.replace("mine", "yours"))
    other = read_fill_models(file)
    symbol = make_symbol("AAPL")
    delays = [[models.delay(symbol, "ord_1", n) for n in range(9)] for models in (one, other)]
    assert delays[0] != delays[1]


def test_a_model_can_be_named_none(file: Path) -> None:
    file.write_text(NOTHING)
    assert profile(read_fill_models(file), SymbolType.STOCK) == BEST_CASE


def test_the_documented_file_can_be_read_and_every_model_is_documented(file: Path) -> None:
    document = DOCUMENT.read_text("utf-8")
    file.write_text(document.partition("```toml\n")[2].partition("```")[0])
    assert profile(read_fill_models(file), SymbolType.STOCK).fee == UnitFee(
        Decimal("0.005"), Decimal(1)
    )
    models = re.findall(r'model: Literal\["(\w+)"\]', inspect.getsource(fill_models))
    assert len(models) == 14
    assert all(f"`{model}`" in document for model in models)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[stock", "are not TOML: "),
        ("[stocks]", "stocks: Extra inputs are not permitted."),
        ("[stock]\nslip = 1", "stock.slip: Extra inputs are not permitted."),
        ("[stock]\nfee = {rate = 1}", "stock.fee: Unable to extract tag"),
        ('[stock]\nfee = {model = "ticks"}', "does not match any of the expected tags"),
        ('[stock]\nfee = {model = "per_unit"}', "stock.fee.per_unit.rate: Field required."),
        ('[stock]\nfee = {model = "per_unit", rate = -1}', "greater than or equal to 0."),
        ('[stock]\nfee = {model = "per_unit", rate = nan}', "should be a finite number."),
        ('[stock]\nfee = {model = "per_unit", rate = 0.0000000000001}', "12 decimal places."),
        ('[stock]\nslippage = {model = "ticks", ticks = 1.5}', "should be a valid integer."),
        ('[stock]\nslippage = {model = "ticks", ticks = true}', "should be a valid integer."),
        ('[stock]\nqueue = {model = "chance", probability = 1.1}', "less than or equal to 1."),
        ('[stock]\nliquidity = {model = "share", share = 0}', "greater than 0."),
        (
            '[stock]\nlatency = {model = "uniform", lowest = 2, highest = 1}',
            "stock.latency.uniform: Value error, highest must not be below lowest.",
        ),
        ('[stock]\nlatency = {model = "fixed", milliseconds = 60001}', "equal to 60000."),
        ('seed = ""\n[stocks]', "And 1 more."),
    ],
)
def test_says_where_and_what_is_wrong(file: Path, text: str, why: str) -> None:
    file.write_text(text)
    with pytest.raises(Refused) as caught:
        read_fill_models(file)
    assert str(file) in str(caught.value)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    with pytest.raises(Refused, match=r"cannot be read: No such file"):
        read_fill_models(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="save the file as UTF-8"):
        read_fill_models(file)
