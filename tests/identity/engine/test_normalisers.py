"""The SQL that normalises e-mails and phones gives what email-validator and phonenumbers give."""

import random

import duckdb
import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email

from orchestration.identity import engine

COUNTRIES = {"GB": "Europe/London", "CN": "Asia/Shanghai", "DE": "Europe/Berlin", "FR": "Europe/Paris",
             "IE": "Europe/Dublin", "ES": "Europe/Madrid", "US": "America/New_York"}  # fmt: skip
STYLES = (
    lambda n: phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164),
    lambda n: phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
    lambda n: phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.NATIONAL),
    lambda n: phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164).replace("+", "00"),
    lambda n: phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.NATIONAL) + " ext. 12",
    lambda n: "  " + phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.NATIONAL).replace(" ", "-"),
)
LOCALS = ("ann.ray", "A.Ray", "ann+shop", "o'neil", "ann_ray-9", "ÄNN", "a..b", ".ann", "ann.", "ann ray", "", "李雷")
DOMAINS = ("gmail.com", "Mail.Example.ORG", "mail.co.uk", "bücher.de", "local", "-x.com", "x..com", "", "163.com")


def sql(macro: str, rows: list[tuple[str, ...]], *arguments: str) -> list[str | None]:
    con = duckdb.connect(config={"threads": 1})
    columns = ", ".join(f"c{n} varchar" for n in range(len(rows[0])))
    con.execute(f"create table given (place integer, {columns})")
    con.executemany(f"insert into given values (?{', ?' * len(rows[0])})", [(n, *row) for n, row in enumerate(rows)])
    return [v for (v,) in con.execute(f"select {engine.macro(macro, *arguments)} from given order by place").fetchall()]


def test_phones_of_seven_countries_become_the_e164_number_of_phonenumbers() -> None:
    draw, rows, expected = random.Random(1), [], []
    for country, zone in COUNTRIES.items():
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(country, kind)
            for _ in range(200):
                ends = str(example.national_number)[:-5] + f"{draw.randrange(100_000):05d}"
                number = phonenumbers.parse("+" + str(example.country_code) + ends)
                rows.append((draw.choice(STYLES)(number), zone))
                expected.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    found = sql("phone_norm", rows, "c0", "c1")
    wrong = [(row, got, want) for row, got, want in zip(rows, found, expected, strict=True) if got != want]
    assert not wrong, wrong[:10]


def test_addresses_that_email_validator_takes_become_what_it_makes_of_them_in_lower_case() -> None:
    """Case of the local part counts by the letter of the standard and nowhere in practice, so it is folded."""
    draw = random.Random(2)
    rows = [(f"{draw.choice(['', ' '])}{draw.choice(LOCALS)}@{draw.choice(DOMAINS)}",) for _ in range(3_000)]
    for (text,), found in zip(rows, sql("email_norm", rows, "c0"), strict=True):
        try:
            valid = validate_email(text.strip(), check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            continue
        assert found == valid, text


@pytest.mark.parametrize("text", ["", " ", "n/a", "ann", "ann@", "@x.com", "ann@local", "ann ray@x.com", "a@b@c.com"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert sql("email_norm", [(text,)], "c0") == [None]
