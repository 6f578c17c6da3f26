"""What staging makes of single values: business days, base currency, identifiers, corrections."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.dbt.project import Dbt, Raw

ZONES = [
    "UTC", "Europe/London", "Europe/Berlin", "Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "America/New_York",
    "America/Sao_Paulo", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati",
    "Africa/Casablanca", "Asia/Beirut", "Pacific/Chatham",
]  # fmt: skip


def instants() -> list[tuple[str, datetime]]:
    """A few thousand (zone, UTC instant) pairs: at random, around local midnight, and around changes of the clock."""
    rng = Random(7)
    start = datetime(1986, 1, 1)
    pairs = []
    for zone in ZONES:
        for _ in range(60):
            at = start + timedelta(minutes=rng.randrange(40 * 525_600))
            local_midnight = datetime.combine(at.date(), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
            pairs += [(zone, at)] + [
                (zone, local_midnight.replace(tzinfo=None) + timedelta(seconds=s)) for s in (-1, 0)
            ]
        for year in (1988, 2011, 2023):
            pairs += [(zone, datetime(year, 1, 1) + timedelta(hours=11 * n)) for n in range(800)]
    return pairs


@pytest.mark.parametrize("hour", [0, 4])
def test_business_dates_equal_those_of_the_time_zone_database(dbt: Dbt, raw: Raw, hour: int) -> None:
    """F-52, F-53: gaps, overlaps, odd offsets, China's summer time, a day left out, a day that begins at four."""
    pairs = instants()
    with duckdb.connect(str(raw.path)) as con:
        values = ", ".join(f"({no}, '{zone}', timestamp '{at}')" for no, (zone, at) in enumerate(pairs))
        con.execute(
            "insert into raw.orders by name select no as order_ref, moment as ordered_at, zone as _zone,"
            " 'shop' as _system, 'd1' as _delivery_id, no as _record_no, moment as _version_at, moment as _loaded_at"
            f" from (values {values}) as pairs (no, zone, moment)"
        )
    dbt.run(raw.path, "+stg_sales__orders", as_of="2027-01-01", business_day_starts_hour=hour)
    staged = dict(raw.query("select cast(order_ref as bigint), ordered_on from staging.stg_sales__orders"))
    wrong = []
    for no, (zone, at) in enumerate(pairs):
        local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if staged[no] != (local - timedelta(hours=hour)).date():
            wrong.append((zone, at, staged[no], local))
    assert not wrong, wrong[:5]
    assert len(staged) == len(pairs)


def test_amounts_are_converted_at_the_last_rate_on_or_before_the_day(dbt: Dbt, raw: Raw) -> None:
    """F-56: gaps take the rate before, restated rates count, unknown ones leave the amount out and are counted."""
    rate = {"base_currency": "GBP", "currency": "EUR"}
    raw.add("fx_rates", [
        rate | {"valid_on": date(2024, 3, 1), "rate": Decimal("0.5"), "updated_at": datetime(2024, 3, 1)},
        rate | {"valid_on": date(2024, 3, 1), "rate": Decimal("0.85"), "updated_at": datetime(2024, 3, 2)},
        rate | {"valid_on": date(2024, 3, 10), "rate": Decimal("0.9")},
        rate | {"valid_on": date(2024, 3, 1), "rate": Decimal("0.0052"), "currency": "JPY"},
        rate | {"valid_on": date(2024, 3, 1), "rate": Decimal("7"), "base_currency": "CNY"},
    ])  # fmt: skip
    cases = [
        (1, "EUR", 29, 2, None), (2, "EUR", 1, 3, "85"), (3, " eur", 9, 3, "85"), (4, "EUR", 10, 3, "90"),
        (5, "JPY", 5, 3, "0.52"), (6, "GBP", 1, 1, "100"), (7, None, 5, 3, None), (8, "KWD", 5, 3, None),
    ]  # fmt: skip
    raw.add("orders", [
        {"order_ref": str(no), "currency": currency, "total_amount": 100, "ordered_at": datetime(2024, month, day)}
        for no, currency, day, month, _ in cases
    ])  # fmt: skip
    dbt.run(raw.path, "+stg_unconverted_amounts")
    base = dict(raw.query("select cast(order_ref as int), total_amount_base from staging.stg_sales__orders"))
    assert base == {no: Decimal(expected) if expected else None for no, *_, expected in cases}
    missing = raw.query("select stream, currency, row_count from staging.stg_unconverted_amounts order by all")
    assert missing == [("orders", "EUR", 1), ("orders", "KWD", 1), ("orders", None, 1)]


EMAILS = {
    "Ann.Smith@Example.COM": "ann.smith@example.com",
    "　ann@example.com　": "ann@example.com",
    "ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ": "ann@example.com",
    "ann@example.com\t": "ann@example.com",
    "zoe\u0308@example.com": "zo\u00eb@example.com",
    "ann smith@example.com": None,
    "ann@@example.com": None,
    "ann@example": None,
    "none": None,
    "": None,
}
PHONES = {
    ("Europe/London", "07700 900123", None): "+447700900123",
    ("Europe/London", "+44 (0)7700-900123", None): "+447700900123",
    ("Europe/London", "0044 7700 900123 ext 12", None): "+447700900123",
    ("Europe/London", "０７７００９００１２３", None): "+447700900123",
    ("Europe/London", "+86 138 1234 5678", None): "+8613812345678",
    ("Europe/London", "13812345678", "中国"): "+8613812345678",
    ("Asia/Shanghai", "8613812345678", None): "+8613812345678",
    ("Asia/Shanghai", "010-6552 9988", None): "+861065529988",
    ("America/New_York", "(212) 555-0147", None): "+12125550147",
    ("America/New_York", "1 212 555 0147", None): "+12125550147",
    ("UTC", "07700 900123", None): "07700900123",
    ("UTC", "07700 900123", "gb"): "+447700900123",
    ("UTC", "12345", None): None,
    ("UTC", "call me", None): None,
    ("UTC", "1234567890123456", None): None,
}


def test_emails_and_phones_take_one_form_for_comparison_and_stay_as_delivered(dbt: Dbt, raw: Raw) -> None:
    """F-62: width, composition, blanks, case; national numbers take the country of the row, else of the source."""
    mails = [{"customer_ref": f"m{no}", "email": mail} for no, mail in enumerate(EMAILS)]
    phones = [
        {"customer_ref": f"p{no}", "phone": phone, "country": country, "_zone": zone}
        for no, (zone, phone, country) in enumerate(PHONES)
    ]
    raw.add("customers", mails + phones)
    dbt.run(raw.path, "+stg_sales__customers")
    staged = {ref: rest for ref, *rest in raw.query(
        "select customer_ref, email, email_norm, phone, phone_norm from staging.stg_sales__customers"
    )}  # fmt: skip
    assert {staged[f"m{no}"][0]: staged[f"m{no}"][1] for no in range(len(EMAILS))} == EMAILS
    assert {key: staged[f"p{no}"][3] for no, key in enumerate(PHONES)} == PHONES


def test_corrections_apply_to_the_system_and_column_they_name(dbt: Dbt, raw: Raw) -> None:
    row = {"stage": "Won", "product_ref": "GTXPro", "created_at": datetime(2024, 1, 1)}
    raw.add("opportunities", [row | {"opportunity_ref": "1", "_system": system} for system in ("maven", "other")])
    dbt.run(raw.path, "+stg_sales__opportunities", tests=True)
    assert raw.query("select system, product_ref from staging.stg_sales__opportunities order by 1") == [
        ("maven", "GTX Pro"),
        ("other", "GTXPro"),
    ]


def test_a_run_without_as_of_says_what_to_pass(dbt: Dbt, raw: Raw) -> None:
    with pytest.raises(AssertionError, match=r"Pass the last day that counts, for example --vars"):
        dbt.run(raw.path, "stg_reference__days", as_of="yesterday")
