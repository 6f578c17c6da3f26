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
    return sql_text(engine.macro(macro, *arguments), rows)


def sql_text(expression: str, rows: list[tuple[str, ...]]) -> list[str | None]:
    con = duckdb.connect(config={"threads": 1})
    columns = ", ".join(f"c{n} varchar" for n in range(len(rows[0])))
    con.execute(f"create table given (place integer, {columns})")
    con.executemany(f"insert into given values (?{', ?' * len(rows[0])})", [(n, *row) for n, row in enumerate(rows)])
    return [v for (v,) in con.execute(f"select {expression} from given order by place").fetchall()]


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


def test_a_number_without_country_that_is_too_long_for_the_assumed_one_is_given_none() -> None:
    zone = "Europe/London"
    rows = [("15534007468", zone), ("8615514404293", zone), ("07720 382147", zone), ("447720382147", zone),
            ("4915153993631", zone), ("+44 15534007468", zone), ("13800138000", "Asia/Shanghai")]  # fmt: skip
    assert sql("phone_norm", rows, "c0", "c1") == [
        "15534007468", "8615514404293", "+447720382147", "+447720382147",
        "4915153993631", "+4415534007468", "+8613800138000",
    ]  # fmt: skip


def test_no_mobile_or_fixed_number_is_longer_than_its_country_allows() -> None:
    longest = dict.fromkeys({*engine.macro("codes_by_country").values(), *engine.macro("codes_by_zone").values()}, 15)
    for code in longest:
        known = phonenumbers.PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(int(code)))
        longest[code] = max(*known.mobile.possible_length, *known.fixed_line.possible_length)
    assert {code: engine.macro("national_digits").get(code, 15) for code in longest} == longest


def test_a_number_is_a_mobile_or_a_fixed_one_as_phonenumbers_says() -> None:
    draw, numbers, kinds = random.Random(5), [], []
    told = {phonenumbers.PhoneNumberType.MOBILE: "mobile", phonenumbers.PhoneNumberType.FIXED_LINE: "fixed"}
    for code in engine.macro("mobile_beginnings"):
        for _ in range(2_000):
            number = phonenumbers.parse(f"+{code}{draw.randrange(10 ** draw.randrange(7, 12))}")
            if kind := told.get(phonenumbers.number_type(number)):
                numbers.append((STYLES[0](number),))
                kinds.append(kind)
    assert len(set(zip((n[0][:3] for n in numbers), kinds, strict=True))) > 15
    assert sql("phone_line", numbers, "c0") == kinds


def test_two_edits_are_found_as_counting_them_finds_them() -> None:
    draw = random.Random(3)
    letters, rows = "ab@.", []
    for _ in range(4_000):
        one = "".join(draw.choice(letters) for _ in range(draw.randrange(14)))
        other = list(one)
        for _ in range(draw.randrange(5)):
            at = draw.randrange(len(other) + 1)
            other[at : at + draw.randrange(2)] = draw.choice(["", *letters])
        rows.append((one, "".join(other)))
    assert sql("two_edits", rows, "c0", "c1") == sql_text("levenshtein(c0, c1) <= 2", rows)
