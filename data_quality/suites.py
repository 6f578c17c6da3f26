"""Rules as Great Expectations 1.x suites, and the validation of one frame. The library loads on first use (7 s)."""

import logging
import os
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

from data_quality.rules import Rule, Suite

if TYPE_CHECKING:
    import pandas as pd


@cache
def _library() -> tuple[Any, Any]:
    """Great Expectations, and a batch definition of an ephemeral context that takes any frame.

    No project on disk, no call home, no progress bars. One definition serves all tables: adding one per table costs
    more than validating it.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # else it speaks between the lines of progress
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for site in context.variables.data_docs_sites.values():  # an empty temporary folder that nobody reads
        shutil.rmtree(site["store_backend"]["base_directory"], ignore_errors=True)
    asset = context.data_sources.add_pandas("work").add_dataframe_asset("table")
    return gx, asset.add_batch_definition_whole_dataframe("all")


def expectation(rule: Rule, number: int = 0) -> Any:
    """The Great Expectations object of a rule."""
    gx, _ = _library()
    make = gx.expectations
    common: dict[str, Any] = {"severity": rule.severity, "notes": rule.notes, "meta": {"rule": number}}
    column = rule.columns[0]
    match rule.kind:
        case "filled":
            return make.ExpectColumnValuesToNotBeNull(column=column, **common)
        case "one_of":
            return make.ExpectColumnValuesToBeInSet(column=column, value_set=list(rule.allowed), **common)
        case "between":
            return make.ExpectColumnValuesToBeBetween(
                column=column, min_value=_comparable(rule.low), max_value=_comparable(rule.high), **common
            )
        case "matches":
            return make.ExpectColumnValuesToMatchRegex(column=column, regex=rule.pattern, **common)
        case "not_before":
            later, earlier = rule.columns
            return make.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=later, column_B=earlier, or_equal=True, ignore_row_if="either_value_is_missing", **common
            )
        case "unique" if len(rule.columns) == 1:
            return make.ExpectColumnValuesToBeUnique(column=column, **common)
        case "unique":
            return make.ExpectCompoundColumnsToBeUnique(column_list=list(rule.columns), ignore_row_if="never", **common)
        case "columns":
            return make.ExpectTableColumnsToMatchSet(column_set=list(rule.columns), exact_match=True, **common)
    raise ValueError(f"unknown kind of rule: {rule.kind}")


def validate(suite: Suite, frame: "pd.DataFrame") -> tuple[Any, list[tuple[Rule, Any]]]:
    """The library's outcome as a whole, and every rule with its result (counts and indices of failing rows)."""
    gx, definition = _library()
    batch = definition.get_batch(batch_parameters={"dataframe": frame})
    made = gx.ExpectationSuite(name=suite.full_name)
    for number, rule in enumerate(suite.rules):
        made.add_expectation(expectation(rule, number))
    outcome = batch.validate(made, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False})
    # The library sorts results by column; the number leads each back to its rule.
    return outcome, [(suite.rules[result.expectation_config.meta["rule"]], result) for result in outcome.results]


def _comparable(bound: Any) -> Any:
    """Dates of YAML as timestamps, because frames hold dates as datetime64."""
    if isinstance(bound, str):
        import pandas as pd

        return pd.Timestamp(bound)
    return bound
