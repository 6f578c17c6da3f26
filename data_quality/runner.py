"""Runs the Great Expectations suites of a layer on frames read from work.duckdb, and the volume gates.

A table of more than `SAMPLE_ROWS` rows is judged by a sample: by hash of the key, so the same on every run and with
equal keys together, plus every row that a scan in SQL finds in breach of a rule, so that no bad row hides behind the
sample (at most `SUSPECTS` of them). Keys and sums of all rows are the reconciler's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

from data_quality.results import SHOWN_ROWS, CheckResult
from data_quality.rules import Rule, Suite, mart_suites, personal_columns, raw_suites
from data_quality.volume import volume_gates
from orchestration.ingestion.store import literal, quoted
from orchestration.settings import Settings
from orchestration.spill import spill

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 200_000
SUSPECTS = 10_000
_WORK = "work"
_NOT_SHOWN = ("unexpected_list", "unexpected_index_list", "unexpected_index_query", "partial_unexpected_index_list")


def run_suites(
    settings: Settings, layer: str, on_event: Callable[[str], None] | None = None, suites: list[Suite] | None = None
) -> list[CheckResult]:
    """Judge a layer of the candidate: `raw` (the input contract) or `marts` (released tables, and the volume gates).

    Pages for people go to CRM_HOME/reports/great_expectations/. A table that should have rows and has none fails,
    and so does a suite that looked at nothing. No connection to work.duckdb may be open in this process otherwise
    than read-only. `suites` replaces the layer's own.
    """
    say = on_event or (lambda message: None)
    if layer not in ("raw", "marts"):
        raise ValueError(f"no suites for layer {layer!r}; there are raw and marts")
    if suites is None:
        suites = raw_suites() if layer == "raw" else mart_suites()
    results: list[CheckResult] = []
    outcomes = {}
    # Attached to a database of its own, so that a reader elsewhere in this process with other options is no conflict.
    with duckdb.connect(config=settings.engine | spill()) as con:
        con.execute(f"attach {literal(str(settings.work_db))} as {_WORK} (read_only)")
        for suite in suites:
            found, outcome = _run_suite(con, suite, layer)
            results += found
            if outcome is not None:
                outcomes[suite.full_name] = outcome
            broken = [result for result in found if not result.passed]
            say(f"{suite.full_name}: {len(found) - len(broken)} of {len(found)} checks passed")
    if layer == "marts":
        results += volume_gates(settings)
    if outcomes:
        from data_quality.pages import write_pages

        write_pages(settings.reports / "great_expectations" / layer, outcomes, results)
    return results


def _run_suite(con: duckdb.DuckDBPyConnection, suite: Suite, layer: str) -> tuple[list[CheckResult], Any]:
    """Results of one suite and the library's outcome (None when there was nothing to validate)."""
    read = _read(con, suite)
    if isinstance(read, CheckResult):
        return [replace(read, layer=layer)], None
    frame, rows = read.frame, read.rows
    if not rows:
        expected = not suite.may_be_empty
        message = "the table is empty" + (": nothing was evaluated" if expected else ", which is allowed")
        result = CheckResult("not_empty", layer, not expected, "critical", 0, 0, message, table=suite.full_name)
        return [replace(result, name=f"{suite.full_name} not_empty")], None
    from data_quality.suites import validate

    sample = "" if len(frame) == rows else f" (sample of {len(frame):,} of {rows:,} rows)"
    outcome, judged = validate(suite, frame)
    results = [_result(suite, layer, rule, raw, frame, sample) for rule, raw in judged]
    if not any(result.evaluated for result in results):
        message = f"{len(results)} expectations ran on {rows:,} rows and evaluated nothing"
        results.append(
            CheckResult(f"{suite.full_name} evaluated", layer, False, "critical", 0, 0, message, table=suite.full_name)
        )
    if layer == "raw":
        results += _records_by_system(suite, layer, judged, read)
    _trim(judged)
    return results, outcome


@dataclass(frozen=True)
class _Read:
    """What a suite judges: the frame, and the rows of the whole table, in all and by source system."""

    frame: "pd.DataFrame"
    rows: int
    by_system: dict[str, int]


def _read(con: duckdb.DuckDBPyConnection, suite: Suite) -> _Read | CheckResult:
    """The frame of a suite's table; columns that no rule looks at come as constant nulls."""
    needed = {column for rule in suite.rules if rule.kind != "columns" for column in rule.columns} | set(suite.key)
    present = con.execute(
        "select column_name from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [_WORK, suite.schema, suite.table],
    ).fetchall()
    names = [name for (name,) in present]
    if missing := sorted(needed - set(names)):
        message = f"{', '.join(missing)} missing in {suite.full_name}" if names else "the table does not exist"
        return CheckResult(f"{suite.full_name} exists", "", False, "critical", 0, 0, message, table=suite.full_name)
    source = f"{_WORK}.{quoted(suite.schema)}.{quoted(suite.table)}"
    rows = con.execute(f"select count(*) from {source}").fetchall()[0][0]
    columns = ", ".join(quoted(n) if n in needed or n == "_system" else f"null as {quoted(n)}" for n in names)
    by_system = {}
    if "_system" in names:
        counted = f"select _system, count(*) from {source} group by _system order by _system"
        by_system = dict(con.execute(counted).fetchall())
    if rows <= SAMPLE_ROWS:
        return _Read(con.execute(f"select {columns} from {source}").df(), rows, by_system)
    sampled = f"hash({', '.join(map(quoted, suite.key or names))}) % {-(-rows // SAMPLE_ROWS)} = 0"
    suspect = " or ".join(f"({breach})" for rule in suite.rules if (breach := rule.breach())) or "false"
    suspects = f"select {columns} from {source} where not ({sampled}) and ({suspect}) limit {SUSPECTS}"
    frame = con.execute(f"select {columns} from {source} where {sampled} union all ({suspects})").df()
    return _Read(frame, rows, by_system)


def _result(suite: Suite, layer: str, rule: Rule, raw: Any, frame: "pd.DataFrame", sample: str) -> CheckResult:
    """One expectation's outcome in our words. `evaluated` counts values that were there to look at."""
    counts = raw.result
    name = f"{suite.full_name} {rule.name}"
    if (raw.exception_info or {}).get("raised_exception"):
        message = f"the check itself failed: {raw.exception_info.get('exception_message')}"
        return CheckResult(name, layer, False, rule.severity, 0, 0, message, table=suite.full_name)
    if rule.kind == "columns":
        message = "as declared" if raw.success else f"columns differ: {_difference(rule, frame)}"
        return CheckResult(
            name, layer, raw.success, rule.severity, len(rule.columns), 0 if raw.success else 1, message,
            table=suite.full_name,
        )  # fmt: skip
    evaluated = counts.get("element_count", 0) - (counts.get("missing_count") or 0)
    failed = counts.get("unexpected_count", 0)
    message = f"{failed:,} of {evaluated:,} fail: {rule.notes}{sample}" if failed else f"{evaluated:,} pass{sample}"
    rows = _sample_rows(suite, rule, counts.get("unexpected_index_list") or [], frame)
    return CheckResult(name, layer, bool(raw.success), rule.severity, evaluated, failed, message, rows, suite.full_name)


def _sample_rows(suite: Suite, rule: Rule, indices: list[int], frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Where the first failing rows are, and their values unless those are personal."""
    shown = dict.fromkeys((*suite.key, *rule.columns))
    rows = []
    for index in sorted(indices)[:SHOWN_ROWS]:
        values = frame.loc[index]
        rows.append({
            column: "(personal)" if column in personal_columns() and values[column] is not None else values[column]
            for column in shown
        })  # fmt: skip
    return rows


def _records_by_system(suite: Suite, layer: str, judged: list[tuple[Rule, Any]], read: _Read) -> Iterator[CheckResult]:
    """Per source system: how many records some expectation of severity critical or warning found fault with."""
    bad: set[int] = set()
    for rule, raw in judged:
        if rule.severity != "info" and rule.kind != "columns":
            bad.update(raw.result.get("unexpected_index_list") or ())
    broken = read.frame.loc[sorted(bad), "_system"].value_counts()
    for system, rows in read.by_system.items():
        failed = int(broken.get(system, 0))
        message = f"{failed:,} of {rows:,} records fail at least one check"
        name = f"{suite.full_name} records of {system}"
        yield CheckResult(name, layer, not failed, "info", rows, failed, message, table=suite.full_name, system=system)


def _trim(judged: list[tuple[Rule, Any]]) -> None:
    """Shorten the library's results to what a page shows; personal values go altogether."""
    for rule, raw in judged:
        counts = raw.result
        for name in _NOT_SHOWN:
            counts.pop(name, None)
        if personal_columns() & set(rule.columns):
            counts.pop("partial_unexpected_list", None)
            counts.pop("partial_unexpected_counts", None)


def _difference(rule: Rule, frame: "pd.DataFrame") -> str:
    present, declared = set(frame.columns), set(rule.columns)
    return f"missing {sorted(declared - present) or 'none'}, unknown {sorted(present - declared) or 'none'}"
