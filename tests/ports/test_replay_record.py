"""The recorded file: read as it is, refused where it is broken."""

import gzip

import pytest

from handlers.feeds.replay.record import parse, read_sample
from handlers.market.bars import Bar
from handlers.market.resolutions import DAY
from tests.ports.recorded import day_of

HEADER = b"Ticker,Date,Open,High,Low,Close,Volume,Adj Close\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"no gzip", "not gzipped"),
        (gzip.compress(b"\xff\xfe"), "not gzipped"),
        (gzip.compress(b"Ticker,Date" * 99)[:-20], "not gzipped"),
        (gzip.compress(b"Ticker,Date\nAAPL,2000-01-03\n"), "columns are missing"),
        (gzip.compress(HEADER + b"AAPL,2000-01-03,1\n"), "columns are missing"),
        (gzip.compress(HEADER + b"AAPL,2000-01-03,1,x,1,1,1,1\n"), "'x'"),
        (
            gzip.compress(HEADER + b"AAPL,2000-01-04,1,1,1,1,1,1\nAAPL,2000-01-03,1,1,1,1,1,1\n"),
            "not in order",
        ),
    ],
    ids=[
        "nothing",
        "plain",
        "no text",
        "cut off",
        "columns",
        "short row",
        "no number",
        "disorder",
    ],
)
def test_a_broken_file_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(content)


def test_the_sample_is_read_without_its_package() -> None:
    record = read_sample()
    assert record.bars["AAPL"][0].bar == Bar(
        day_of("2000-03-01") * DAY, 118.56, 132.06, 118.5, 130.31, 9_616_100.0
    )
    assert record.bars["AAPL"][0].adjusted_close == 4.186662803811
