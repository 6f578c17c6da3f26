"""Rules as data: generated from the contract, declared in YAML, and the same judged by SQL and by the library."""

import duckdb
import pandas as pd
import pytest

from data_quality.rules import Rule, Suite, mart_suites, raw_suites
from data_quality.suites import validate
from orchestration.contract import LINEAGE, streams


def test_every_stream_has_a_suite_with_its_required_columns_vocabularies_and_ranges() -> None:
    suites = {suite.table: suite for suite in raw_suites()}
    assert suites.keys() == streams().keys()
    for stream in streams().values():
        rules = suites[stream.name].rules
        of_kind = {kind: {r.columns[0] for r in rules if r.kind == kind} for kind in ("filled", "one_of", "between")}
        assert of_kind["filled"] >= set(stream.required)
        assert of_kind["one_of"] >= {c.name for c in stream.columns.values() if c.allowed}
        assert of_kind["between"] >= {c.name for c in stream.columns.values() if c.min is not None}
        known = {*stream.columns, *LINEAGE}
        assert all(set(rule.columns) <= known for rule in rules), stream.name


def test_every_rule_has_severity_and_notes() -> None:
    for suite in [*raw_suites(), *mart_suites()]:
        for rule in suite.rules:
            assert rule.severity in ("critical", "warning", "info")
            assert len(rule.notes) > 5, (suite.full_name, rule)


def test_an_unknown_kind_of_rule_in_yaml_is_refused(tmp_path) -> None:
    path = tmp_path / "marts.yml"
    path.write_text("marts.x: {positive: [{column: a, severity: critical, notes: n}]}")
    with pytest.raises(ValueError, match="unknown kind of rule: positive"):
        mart_suites(path)


FRAME = """
    select * from (values
        (1, 'paid', 5.0, 'a@b', timestamp '2024-01-02', timestamp '2024-01-01'),
        (2, 'lost', -0.5, 'ab', timestamp '2024-01-01', timestamp '2024-01-01'),
        (3, null, null, null, null, timestamp '2024-01-01'),
        (4, 'paid', 11.0, '', timestamp '2023-12-31', timestamp '2024-01-01'),
        (4, 'cancelled', 10.0, '@', timestamp '2024-01-03', null)
    ) as t (id, status, amount, email, later, earlier)"""
CASES = {
    "filled": (Rule("filled", ("status",), "critical", "n"), {3}, 5),
    "one_of": (Rule("one_of", ("status",), "critical", "n", allowed=("paid", "cancelled")), {2}, 4),
    "between": (Rule("between", ("amount",), "critical", "n", low=0, high=10), {2, 4}, 4),
    "only a lower bound": (Rule("between", ("amount",), "critical", "n", low=0), {2}, 4),
    "dates": (Rule("between", ("later",), "critical", "n", low="2024-01-01"), {4}, 4),
    "matches": (Rule("matches", ("email",), "critical", "n", pattern="@"), {2, 4}, 4),
    "not_before": (Rule("not_before", ("later", "earlier"), "critical", "n"), {4}, 3),
}


@pytest.mark.parametrize("case", CASES)
def test_the_scan_in_sql_and_the_library_find_the_same_rows(case: str) -> None:
    """The sample of a large table is completed by the scan, so both must mean the same."""
    rule, expected, evaluated = CASES[case]
    found = duckdb.sql(f"select id from ({FRAME}) where {rule.breach()}").fetchall()
    assert {number for (number,) in found} == expected
    frame = duckdb.sql(FRAME).df()
    _, [(_, result)] = validate(Suite("s", "t", (rule,)), frame)
    assert {int(frame.loc[row, "id"]) for row in result.result["unexpected_index_list"]} == expected
    assert result.result["element_count"] - (result.result.get("missing_count") or 0) == evaluated
    assert not result.success


def test_a_repeated_key_is_found_and_two_frames_do_not_share_results() -> None:
    suite = Suite("s", "t", (Rule("unique", ("id",), "critical", "n"), Rule("unique", ("id", "b"), "critical", "n")))
    _, bad = validate(suite, pd.DataFrame({"id": [1, 1, 2], "b": ["x", "x", "y"]}))
    _, good = validate(suite, pd.DataFrame({"id": [1, 2, 3], "b": ["x", "x", None]}))
    assert [result.success for _, result in bad] == [False, False]
    assert [result.success for _, result in good] == [True, True]
