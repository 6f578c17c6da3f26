"""The benchmark's line per mart: seconds by scale and the growth exponent."""

from benchmarks.growth import exponent, table


def scale(customers: int, **seconds: float) -> dict:
    steps = [{"model": name.replace("__", "."), "seconds": value} for name, value in seconds.items()]
    return {"customers": customers, "raw": {"steps": steps}}


def test_a_line_per_mart_gives_seconds_and_growth_and_marks_what_grows_too_fast() -> None:
    scales = {
        "M": scale(100_000, marts__flat=1.0, marts__steep=0.1, marts__tiny=0.01, core__orders=9.0),
        "L": scale(1_000_000, marts__flat=10.0, marts__steep=10.0, marts__tiny=0.2, core__orders=9.0),
    }
    assert table(scales)[2:] == [
        "| marts.flat | 1.00 | 10.00 | 1.00 |",
        "| marts.steep | 0.10 | 10.00 | 2.00 (above) |",
        "| marts.tiny | 0.01 | 0.20 | – |",
        "| all of them | 1.11 | 20.20 | 1.26 (above) |",
    ]
    assert table({"M": scales["M"]}) == []


def test_growth_is_the_power_of_the_number_of_customers() -> None:
    assert exponent(2.0, 8.0, 2.0) == 2
    assert exponent(0.01, 8.0, 2.0) is None
