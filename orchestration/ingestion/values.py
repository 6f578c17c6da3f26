"""SQL that turns one delivered text into one contract value, and names what is wrong when it cannot.

Rules that hold for every feed:
- Text is trimmed of white space (ASCII and Unicode) and otherwise kept as delivered.
- Full-width digits, signs and points (１２．５) count as their plain forms. A decimal comma only where the feed says
  so, and then a point is refused; a thousands separator never (write `replace(price, ',', '')` in the map).
- Decimals are rounded half away from zero to 4 places. A whole-number column refuses a fraction.
- Times with an offset or Z are taken at their word. Others are wall-clock times of the feed's zone: an hour that a
  clock change repeats is taken as its second pass (standard time), an hour that it skips is moved forward by the gap.
- ISO dates and times are always understood; day/month/year orders only as the feed declares them.
"""

from dataclasses import dataclass
from functools import partial

from orchestration.contract import Column
from orchestration.contract.model import SQL_TYPES
from orchestration.ingestion.model import Feed
from orchestration.ingestion.store import literal

SPACES = " \t\n\r\v\f\u00a0\u1680\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
WIDE = "０１２３４５６７８９．，－＋／：　−"
PLAIN = "0123456789.,-+/: -"
SHORT_YEAR = r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}([ T].*)?"
FIRST_YEAR, LAST_YEAR = 1900, 2100  # bounds of any date that has no tighter rule

MESSAGES = {
    "expression": "the map expression of {column} fails on this record",
    "required": "{column} is empty, and the contract requires it",
    "not_a_number": "{value!r} is not a number",
    "not_a_whole_number": "{value!r} is not a whole number",
    "out_of_bounds": "{value!r} has more digits than {column} can hold",
    "not_finite": "{value!r} is not a finite number",
    "not_a_date": "{value!r} is not a date that exists, written year-month-day or as date_order says",
    "not_a_time": "{value!r} is not a date and time that exists, written year-month-day or as date_order says",
    "ambiguous_date": "{value!r} may be day/month or month/day; set date_order: dmy or mdy in the feed",
    "two_digit_year": "{value!r} has a year of two digits; give the century in the map expression",
    "not_yes_or_no": "{value!r} is neither yes nor no",
    "not_allowed": "{value!r} is not among the allowed values: {allowed}",
    "below_minimum": "{value!r} is below {bound}",
    "above_maximum": "{value!r} is above {bound}",
    "too_early": f"{{value!r}} lies before {FIRST_YEAR}",
    "too_late": "{value!r} lies too far in the future; if it means no date, list it under nulls",
    "no_route": "no route of the feed takes this record",
}


@dataclass(frozen=True)
class Value:
    """SQL for one column: `sql` is the typed value of text `text`, `rule` names the failure or is NULL.

    `ok` is the same as `rule is null`, written so that it is cheap; empty when nothing can fail.
    """

    sql: str
    ok: str
    rule: str


def trimmed(text: str) -> str:
    """SQL of a text without white space at its ends. The test costs a tenth of the trim, which few texts need."""
    ends = f"^[{SPACES}]|[{SPACES}]$"
    return f"case when regexp_matches({text}, {literal(ends)}) then trim({text}, {literal(SPACES)}) else {text} end"


def known(text: str, nulls: tuple[str, ...]) -> str:
    """SQL of a trimmed text that is NULL where it means no value."""
    if set(nulls) <= {""}:
        return f"nullif({text}, '')"
    listed = ", ".join(literal(n) for n in sorted({*nulls, ""}))
    return f"case when {text} not in ({listed}) then {text} end"


def plain(text: str) -> str:
    """SQL of a text with full-width digits and signs in their plain form."""
    return f"trim(translate({text}, {literal(WIDE)}, {literal(PLAIN)}))"


def value_of(column: Column, feed: Feed, text: str, typed: str, latest: str, strict_time: bool) -> Value:
    """The SQL of one column. `text` and `typed` are SQL names of its cleaned text and of its typed value.

    `latest` is an SQL timestamp, the last moment that an event may carry; `strict_time` says the column is one.
    """
    sql, kind_rule = _CASTS[column.type](feed, text)
    rules: list[tuple[str, str]] = []  # (condition of failure, SQL of its rule)
    if column.required:
        rules.append((f"{text} is null", "'required'"))
    if column.type != "text":
        rules.append((f"{text} is not null and {typed} is null", kind_rule))
    if column.allowed:
        sql, fails = _allowed(column, text)
        rules.append((f"{text} is not null and {typed} is null", fails))
    rules += _bounds(column, text, typed, latest, strict_time)
    ok = " and ".join(_never(condition) for condition, _ in rules)
    rule = "case " + " ".join(f"when {c} then {r}" for c, r in rules) + " end" if rules else "null"
    return Value(sql, ok, rule)


def _never(condition: str) -> str:
    return f"({condition}) is not true"


def _allowed(column: Column, text: str) -> tuple[str, str]:
    """Allowed values match whatever the case; the contract's spelling is stored."""
    exact = ", ".join(literal(a) for a in column.allowed)
    branches = " ".join(f"when {literal(a.lower())} then {literal(a)}" for a in column.allowed)
    return f"case when {text} in ({exact}) then {text} else case lower({text}) {branches} end end", "'not_allowed'"


def _bounds(column: Column, text: str, typed: str, latest: str, strict_time: bool) -> list[tuple[str, str]]:
    found = []
    if column.type in ("date", "timestamp"):
        found.append((f"{typed} < timestamp '{FIRST_YEAR}-01-01'", _too_early(text)))
        last = latest if strict_time else f"timestamp '{LAST_YEAR}-01-01'"
        found.append((f"{typed} > {last}", "'too_late'"))
    if column.min is not None:
        found.append((f"{typed} < {_bound(column, column.min)}", "'below_minimum'"))
    if column.max is not None:
        found.append((f"{typed} > {_bound(column, column.max)}", "'above_maximum'"))
    return found


def _too_early(text: str) -> str:
    return f"case when {_matches(text, SHORT_YEAR)} then 'two_digit_year' else 'too_early' end"


def _bound(column: Column, bound: str) -> str:
    return f"cast({literal(bound)} as {column.sql_type})"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _text(feed: Feed, text: str) -> tuple[str, str]:
    return text, "null"


def _decimal(feed: Feed, text: str, sql_type: str = SQL_TYPES["decimal"]) -> tuple[str, str]:
    cast = f"try_cast({{}} as {sql_type})"
    number = _with_point(feed, text)
    sql = cast.format(number) if feed.decimal_comma else f"coalesce({cast.format(text)}, {cast.format(number)})"
    return f"case when not contains({text}, '_') then {sql} end", _number_rule(number, text)


def _with_point(feed: Feed, text: str) -> str:
    """SQL of a number's text with a decimal point; NULL where a feed with decimal commas has a point."""
    if not feed.decimal_comma:
        return plain(text)
    return f"case when not contains({plain(text)}, '.') then replace({plain(text)}, ',', '.') end"


def _number_rule(number: str, text: str) -> str:
    shape = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
    return (
        f"case when lower({text}) in ('nan', 'inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity') "
        f"or isinf(try_cast({number} as double)) then 'not_finite' "
        f"when {_matches(number, shape)} then 'out_of_bounds' else 'not_a_number' end"
    )


def _integer(feed: Feed, text: str) -> tuple[str, str]:
    number = _with_point(feed, text)
    exact = f"case when not contains({text}, '_') then try_cast({number} as decimal(38,10)) end"
    whole = f"case when {exact} = trunc({exact}) then try_cast({exact} as bigint) end"
    fast = f"try_cast({text} as bigint)"
    rule = f"case when {exact} is not null then 'not_a_whole_number' else {_number_rule(number, text)} end"
    return f"case when {fast}::varchar = {text} then {fast} else {whole} end", rule


def _boolean(feed: Feed, text: str) -> tuple[str, str]:
    yes, no = ("on", "是", "y", "yes", "１"), ("off", "否", "n", "no", "０")
    words = f"case when lower({text}) in {yes} then true when lower({text}) in {no} then false end"
    return f"coalesce(try_cast({text} as boolean), {words})", "'not_yes_or_no'"


def _formats(feed: Feed) -> str:
    """SQL list of strptime formats beyond ISO that the feed allows; the whole text has to match."""
    days = {"iso": [], "dmy": ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"], "mdy": ["%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y"]}
    dates = [*days[feed.date_order], "%Y年%m月%d日", "%Y.%m.%d"]
    times = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p"]
    listed = [literal(d + t) for d in dates for t in times] + [literal("%Y%m%d"), literal("%Y%m%d%H%M%S")]
    return "[" + ", ".join(listed) + "]"


def _wall_clock(feed: Feed, text: str) -> str:
    """SQL of a TIMESTAMP as written. The declared order comes first, so that its feeds stay fast."""
    iso = f"case when {text} < ':' then try_cast({text} as timestamp) end"  # digits first: 'epoch' is no date
    other = f"coalesce(try_strptime({plain(text)}, {_formats(feed)}), try_cast({plain(text)} as timestamp))"
    return f"coalesce({iso}, case when {plain(text)} < ':' then {other} end)"  # CASE keeps the slow part lazy


def _time_rule(text: str, unknown: str) -> str:
    both_ways = r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}([ T].*)?"
    return (
        f"case when {_matches(plain(text), SHORT_YEAR)} then 'two_digit_year' "
        f"when {_matches(plain(text), both_ways)} then 'ambiguous_date' else {literal(unknown)} end"
    )


def _date(feed: Feed, text: str) -> tuple[str, str]:
    return f"({_wall_clock(feed, text)})::date", _time_rule(text, "not_a_date")


def in_utc(clock: str, timezone: str) -> str:
    """SQL of the UTC TIMESTAMP of a wall clock in a zone."""
    return clock if timezone == "UTC" else as_utc(f"({clock}) at time zone {literal(timezone)}")


def as_utc(instant: str) -> str:
    """SQL of a TIMESTAMPTZ as UTC TIMESTAMP; `at time zone 'UTC'` gives the same at many times the cost."""
    return f"make_timestamp(epoch_us({instant}))"


def _timestamp(feed: Feed, text: str) -> tuple[str, str]:
    clock = _wall_clock(feed, text)
    local = in_utc(clock, feed.timezone)
    offset = r".*:[0-9]{2}([.,][0-9]+)? ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
    maybe = f"strlen({text}) <> 19 or suffix({text}, 'Z') or contains({text}, '+') or {text}[17] = '-'"
    seconds = f"regexp_replace({text}, '^([^ T]+[ T][0-9]+:[0-9]{{2}})( ?[-+Zz].*)$', '\\1:00\\2')"
    joined = f"regexp_replace(upper({seconds}), ' ?([+-][0-9:]+|Z)$', '\\1')"
    instant = as_utc(f"try_cast({joined} as timestamptz)")
    has_offset = f"({maybe}) and {_matches(text, offset)}"  # the first part is cheap and rules out most texts
    return f"case when {has_offset} then {instant} else {local} end", _time_rule(text, "not_a_time")


_CASTS = {
    "text": _text,
    "decimal": _decimal,
    "rate": partial(_decimal, sql_type=SQL_TYPES["rate"]),
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
}
