"""Writes what is derived from the contracts of input and scores: dbt sources, staging yml, a macro, docs/contract.md.

    python -m orchestration.contract.generate [--check]

With --check nothing is written; the exit code is 1 when a file is not what the contract says, and its path is printed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ml.tables import TABLES
from orchestration.contract.derived import counts_from, is_money, staged_columns
from orchestration.contract.model import LINEAGE, Column, Stream, streams

REPO = Path(__file__).resolve().parents[2]
DBT = Path("dbt_project")
STAGING = DBT / "models/staging"
ORIGIN = "Generated from orchestration/contract by `python -m orchestration.contract.generate`; do not edit."
HEAD = f"# {ORIGIN}"

# Streams whose key is not tested by a query of its own, with the reason.
UNTESTED_KEYS = {
    "events": "a view over the largest stream; tests/dbt proves on planted duplicates that its key is unique"
}


def _text(value: str) -> str:
    """A YAML string; JSON's double-quoted form is valid YAML."""
    return json.dumps(value, ensure_ascii=False)


def _column(name: str, sql_type: str, about: str, meta: dict[str, str]) -> str:
    config = ""
    if meta:
        config = ", config: {meta: {" + ", ".join(f"{k}: {_text(v)}" for k, v in meta.items()) + "}}"
    return f"- {{name: {name}, data_type: {_text(sql_type)}, description: {_text(about)}{config}}}"


def _labels(column: Column) -> dict[str, str]:
    return {"en": column.en, "zh": column.zh} | ({"pii": column.pii} if column.pii != "none" else {})


def _source_table(stream: Stream) -> Iterator[str]:
    yield f"      - name: {stream.name}"
    yield f"        description: {_text(stream.about)}"
    yield "        config:"
    yield "          meta:"
    yield f"            domain: {stream.domain}"
    yield f"            natural_key: [{', '.join(stream.key)}]"
    yield f"            key_by_content: {str(stream.key_by_content).lower()}"
    if stream.event_time:
        yield f"            event_time: {stream.event_time}"
    yield "        columns:"
    for c in stream.columns.values():
        yield "          " + _column(c.name, c.sql_type, c.about, _labels(c))
    for name, (sql_type, about) in LINEAGE.items():
        yield "          " + _column(name, sql_type, about, {})


def sources_yml() -> str:
    """dbt source `raw` with one table per stream."""
    lines = [HEAD, "sources:", "  - name: raw", "    schema: raw"]
    lines.append(
        "    description: Accepted records, one table per stream of the input contract; each names its delivery."
    )
    lines.append("    tables:")
    for stream in streams().values():
        lines.extend(_source_table(stream))
    return "\n".join(lines) + "\n"


def scores_yml() -> str:
    """dbt source `scores`: what models say of customers, for the marts that hand it on."""
    lines = [HEAD, "sources:", "  - name: scores", "    schema: scores"]
    lines.append("    description: What models say; Python makes it between what it reads and what reads it.")
    lines.append("    tables:")
    for table in TABLES:
        lines += [f"      - name: {table.name}", f"        description: {_text(table.says)}", "        columns:"]
        lines += ["          " + _column(c.name, c.type, c.says, {"en": c.en, "zh": c.zh}) for c in table.columns]
    return "\n".join(lines) + "\n"


def staging_yml(stream: Stream) -> str:
    """Properties of one staging model: grain first, key test, all columns."""
    key = ["system", *stream.key]
    lines = [HEAD, "models:", f"  - name: stg_{stream.domain}__{stream.name}"]
    about = f"One row per system and {', '.join(stream.key)}: the latest version of raw.{stream.name}."
    lines.append(f"    description: {_text(about)}")
    if stream.requirements:
        lines += ["    config:", "      meta:", f"        requirements: [{', '.join(stream.requirements)}]"]
    if stream.name in UNTESTED_KEYS:
        lines.append(f"    # No key test: {UNTESTED_KEYS[stream.name]}.")
    else:
        lines += ["    data_tests:", "      - unique_combination:", "          arguments:"]
        lines.append(f"            columns: [{', '.join(key)}]")
    lines.append("    columns:")
    for c in staged_columns(stream):
        lines.append("      " + _column(c.name, c.sql_type, c.about, {"pii": c.pii} if c.pii != "none" else {}))
    return "\n".join(lines) + "\n"


def contract_macro() -> str:
    """The part of the contract that the SQL of staging is steered by, as a macro that returns it by stream."""
    lines = [f"{{#- {ORIGIN} -#}}", "{% macro contract() -%}", "    {{ return({"]
    for stream in streams().values():
        money = [c.name for c in stream.columns.values() if is_money(stream, c)]
        lines += [f"        '{stream.name}': {{", f"            'domain': '{stream.domain}',"]
        lines.append(f"            'key': {list(stream.key)},")
        lines.append(f"            'money': {money},")
        lines.append(f"            'counts_from': '{counts_from(stream) or ''}',")
        lines += ["            'columns': ["]
        lines += [f"                '{name}'," for name in stream.columns]
        lines += ["            ],", "        },"]
    return "\n".join([*lines, "    }) }}", "{%- endmacro %}"]) + "\n"


def _rules(column: Column) -> str:
    """What a value must be, in words, for the page."""
    rules = [f"one of {', '.join(column.allowed)}"] if column.allowed else []
    if column.min is not None:
        rules.append(f"at least {column.min}")
    if column.max is not None:
        rules.append(f"at most {column.max}")
    if column.references:
        rules.append(f"→ {column.references}")
    return "; ".join(rules)


def _page_table(stream: Stream) -> Iterator[str]:
    yield f"### {stream.name} · {stream.en} · {stream.zh}"
    yield ""
    facts = [f"key: {', '.join(stream.key)}", f"version: {stream.version or 'the delivery'}"]
    facts.append(f"event time: {stream.event_time or '–'}")
    if stream.requirements:
        facts.append(f"serves {', '.join(stream.requirements)}")
    yield f"{stream.about} {' · '.join(facts)}."
    yield ""
    yield "| column | type | required | PII | rules | what it is | 中文 |"
    yield "|---|---|---|---|---|---|---|"
    for c in stream.columns.values():
        unit = f" ({c.unit})" if c.unit else ""
        pii = c.pii if c.pii != "none" else ""
        cells = [f"`{c.name}`", c.type + unit, "yes" if c.required else "", pii, _rules(c), c.about, c.zh]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def contract_md() -> str:
    """The page of the contract for people who map a system of their own."""
    all_streams = list(streams().values())
    lines = [
        "# Input contract",
        "",
        f"<!-- {ORIGIN} -->",
        "",
        f"{len(all_streams)} streams that a delivery may fill. A feed maps the columns of a source to these.",
        "Every `*_ref` is a name within its source system. Text is kept as delivered; all times are converted to UTC",
        "from the zone that the feed declares. Money and quantities are exact decimals with four places. Columns that",
        "the contract does not know are kept in `_extra`. Of rows with the same key the newest version counts.",
        "PII classes are direct, identifier, quasi and free_text.",
        "",
        "Every raw table also has:",
        "",
        *(f"- `{name}` ({sql_type}): {about}" for name, (sql_type, about) in LINEAGE.items()),
        "",
    ]
    for domain in dict.fromkeys(s.domain for s in all_streams):
        lines += [f"## {domain}", ""]
        for stream in all_streams:
            if stream.domain == domain:
                lines.extend(_page_table(stream))
    return "\n".join(lines).rstrip() + "\n"


def generated() -> dict[Path, str]:
    """Content of every generated file by its path within the repository."""
    files = {
        DBT / "models/sources.yml": sources_yml(),
        DBT / "models/scores.yml": scores_yml(),
        DBT / "macros/contract.sql": contract_macro(),
        Path("docs/contract.md"): contract_md(),
    }
    for stream in streams().values():
        files[STAGING / stream.domain / f"stg_{stream.domain}__{stream.name}.yml"] = staging_yml(stream)
    return files


def outdated(repo: Path = REPO) -> list[Path]:
    """Generated files that are missing or differ from what the contract says."""
    return [
        path
        for path, text in generated().items()
        if not (repo / path).is_file() or (repo / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str], repo: Path = REPO) -> int:
    """Writes or, with --check, compares; returns the exit code."""
    stale = outdated(repo)
    if "--check" in arguments:
        for path in stale:
            print(f"{path}: not what orchestration/contract says; run python -m orchestration.contract.generate")
        return 1 if stale else 0
    files = generated()
    for path in stale:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(files[path], encoding="utf-8")
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
