"""What one cell may hold: dates, numbers, yes and no, text. Each odd value ends as a typed value or a named reason."""

from decimal import Decimal

import pytest

from tests.ingestion.warehouse import Warehouse

FEED = """
    feed: crm
    system: crm
    source: {{type: files, path: "in/*.csv", delimiter: ";"}}
    {options}
    streams:
      customers:
        map:
          customer_ref: id
          name: text
          birth_date: day
          created_at: moment
          employee_count: whole
          annual_revenue: amount
          consent_email: flag
          customer_kind: kind
"""
FIELDS = ("text", "day", "moment", "whole", "amount", "flag", "kind")
COLUMN = {
    "text": "name",
    "day": "birth_date",
    "moment": "created_at",
    "whole": "employee_count",
    "amount": "annual_revenue",
    "flag": "consent_email",
    "kind": "customer_kind",
}


def _load(home: Warehouse, cells: list[tuple[str, str]], options: str = "") -> list[tuple[object, str | None]]:
    """One record per (field, text); gives (loaded value as text, None) or (text, rule) per record."""
    home.feed(FEED.format(options=options))
    records = [
        ";".join([str(n), *(text if f == field else "" for f in FIELDS)]) for n, (field, text) in enumerate(cells)
    ]
    home.deliver("a.csv", "\n".join(["id;" + ";".join(FIELDS), *records]) + "\n")
    home.run()
    refused = {number - 1: (value, rule) for _, number, _, value, rule in home.refused()}
    loaded = {
        number - 1: values
        for number, *values in home.rows(
            f"select _record_no, {', '.join(COLUMN[f] + '::varchar' for f in FIELDS)} from raw.customers"
        )
    }
    assert len(refused) + len(loaded) == len(cells), "every record is either loaded or refused"
    return [refused.get(n) or (loaded[n][FIELDS.index(f)], None) for n, (f, _) in enumerate(cells)]


@pytest.fixture
def crm(home):
    return Warehouse(home)


ISO = {  # F-51
    "2024-02-29": ("2024-02-29", None),
    "2023-02-29": ("2023-02-29", "not_a_date"),
    "2024-2-9": ("2024-02-09", None),
    "20240209": ("2024-02-09", None),
    "2024年2月9日": ("2024-02-09", None),
    "２０２４-０２-０９": ("2024-02-09", None),
    "2024-02-09 13:00:00": ("2024-02-09", None),
    "01/02/2024": ("01/02/2024", "ambiguous_date"),
    "13/02/2024": ("13/02/2024", "ambiguous_date"),
    "01/02/24": ("01/02/24", "two_digit_year"),
    "24-02-01": ("24-02-01", "two_digit_year"),
    "0000-00-00": ("0000-00-00", "not_a_date"),
    "9999-12-31": ("9999-12-31", "too_late"),
    "1899-12-31": ("1899-12-31", "too_early"),
    "1900-01-01": ("1900-01-01", None),
    "epoch": ("epoch", "not_a_date"),
    "infinity": ("infinity", "not_a_date"),
    "2024-02-09abc": ("2024-02-09abc", "not_a_date"),
    "today": ("today", "not_a_date"),
    "45321": ("45321", "not_a_date"),
}


def test_dates_are_read_as_iso_and_never_guessed(crm: Warehouse) -> None:
    assert _load(crm, [("day", text) for text in ISO]) == list(ISO.values())


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("dmy", ["2024-02-01", "2024-02-13", ("02/13/2024", "ambiguous_date"), ("01/02/24", "two_digit_year")]),
        ("mdy", ["2024-01-02", ("13/02/2024", "ambiguous_date"), "2024-02-13", ("01/02/24", "two_digit_year")]),
    ],
)
def test_day_and_month_follow_the_declared_order(crm: Warehouse, order: str, expected: list) -> None:  # F-51
    dotted = {"dmy": "05.06.2024", "mdy": "06.05.2024"}[order]
    texts = ("01/02/2024", "13/02/2024", "02/13/2024", "01/02/24", "2024-03-04", dotted)
    found = _load(crm, [("day", text) for text in texts], f"date_order: {order}")
    wanted = [(e, None) if isinstance(e, str) else e for e in [*expected, "2024-03-04", "2024-06-05"]]
    assert found == wanted


NUMBERS = {  # F-57, F-62
    "12.5": "12.5000",
    "-3": "-3.0000",
    "１２．５": "12.5000",
    "−7": "-7.0000",
    "1e3": "1000.0000",
    " 8 ": "8.0000",
    "\u30009\u3000": "9.0000",
    "0.00005": "0.0001",
    "1,234": ("1,234", "not_a_number"),
    "1_000": ("1_000", "not_a_number"),
    "¥12": ("¥12", "not_a_number"),
    "(12.5)": ("(12.5)", "not_a_number"),
    "0x10": ("0x10", "not_a_number"),
    "NaN": ("NaN", "not_finite"),
    "-inf": ("-inf", "not_finite"),
    "1e400": ("1e400", "not_finite"),
    "1" * 20: ("1" * 20, "out_of_bounds"),
}


def test_numbers_are_exact_finite_and_never_guessed(crm: Warehouse) -> None:
    wanted = [(v, None) if isinstance(v, str) else v for v in NUMBERS.values()]
    assert _load(crm, [("amount", text) for text in NUMBERS]) == wanted


def test_a_decimal_comma_is_read_only_where_declared_and_then_a_point_is_refused(crm: Warehouse) -> None:
    texts = ["1234,5", "1.234", "1.234,5", "７，５", "12"]
    found = _load(crm, [("amount", text) for text in texts], "decimal_comma: true")
    assert found == [
        ("1234.5000", None),
        ("1.234", "not_a_number"),
        ("1.234,5", "not_a_number"),
        ("7.5000", None),
        ("12.0000", None),
    ]


def test_whole_numbers_refuse_fractions_and_keep_every_digit(crm: Warehouse) -> None:
    texts = ["12", "12.0", "12.7", "１２", "9007199254740993", "-1", "1e2", "0b11", "1_0"]
    assert _load(crm, [("whole", text) for text in texts]) == [
        ("12", None), ("12", None), ("12.7", "not_a_whole_number"), ("12", None), ("9007199254740993", None),
        ("-1", "below_minimum"), ("100", None), ("0b11", "not_a_number"), ("1_0", "not_a_number"),
    ]  # fmt: skip


def test_yes_and_no_in_the_usual_words(crm: Warehouse) -> None:
    texts = ["true", "F", "1", "no", "Y", "on", "是", "否", "maybe", "2"]
    wanted = ["true", "false", "true", "false", "true", "true", "true", "false"]
    found = _load(crm, [("flag", text) for text in texts])
    assert found == [*((w, None) for w in wanted), ("maybe", "not_yes_or_no"), ("2", "not_yes_or_no")]


def test_allowed_values_match_in_any_case_and_are_stored_as_the_contract_spells_them(crm: Warehouse) -> None:
    found = _load(crm, [("kind", text) for text in ("Individual", "GROUP", "alien")])
    assert found == [("individual", None), ("group", None), ("alien", "not_allowed")]


def test_text_is_trimmed_and_otherwise_kept_to_the_byte(crm: Warehouse) -> None:  # F-62
    texts = [
        "  王小明\u3000",
        "e\u0301",
        "é",
        "👩‍👩‍👧",
        "Ａ１２",
        "台灣",
        "a\u200bb",
        "\u00a0x\u2003",
        "00123",
        "1.38E+10",
    ]
    wanted = ["王小明", "e\u0301", "é", "👩‍👩‍👧", "Ａ１２", "台灣", "a\u200bb", "x", "00123", "1.38E+10"]
    assert _load(crm, [("text", text) for text in texts]) == [(w, None) for w in wanted]


def test_the_declared_words_for_nothing_are_nothing(crm: Warehouse) -> None:
    found = _load(crm, [("day", "9999-12-31"), ("amount", " n/a "), ("text", "n/a")], "nulls: ['n/a', '9999-12-31']")
    assert found == [(None, None)] * 3


def test_an_event_in_the_future_or_before_1900_is_refused(crm: Warehouse) -> None:  # F-51
    crm.feed(name="lines")
    crm.lines(
        "l.csv",
        "A,1,P,1,1,2024-01-01 00:00:00",
        "B,1,P,1,1,2099-01-01 00:00:00",
        "C,1,P,1,1,1899-12-31 23:59:59",
        "D,1,P,-99999999,1,2024-01-01 00:00:00",
        "E,1,P,1,nan,2024-01-01 00:00:00",
        ",1,P,,1,",
    )
    crm.run()
    assert [row[1:] for row in crm.refused()] == [
        (2, "ordered_at", "2099-01-01 00:00:00", "too_late"),
        (3, "ordered_at", "1899-12-31 23:59:59", "too_early"),
        (5, "unit_price", "nan", "not_finite"),
        (6, "order_ref", None, "required"),
        (6, "quantity", None, "required"),
    ]
    kept = crm.rows("select order_ref, quantity from raw.order_lines order by 1")  # huge quantities are no load error
    assert kept == [("A", Decimal(1)), ("D", Decimal(-99999999))]
