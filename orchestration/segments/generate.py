"""Writes the project's segmentations as a dbt macro, so that dbt builds them without this program.

`python -m orchestration.segments.generate`; a test holds the macro to the YAML files.
"""

import json
from pathlib import Path

from orchestration.segments.load import builtin_segmentations
from orchestration.settings import DBT_PROJECT

MACRO = DBT_PROJECT / "macros" / "marts" / "builtin_segmentations.sql"


def macro_text() -> str:
    """The macro file that the YAML files come down to."""
    lines = [json.dumps(each.as_variable(), ensure_ascii=False) for each in builtin_segmentations()]
    listed = ",\n".join(f"    {line}" for line in lines)
    return (
        "{# Generated from dbt_project/segments by `python -m orchestration.segments.generate`; do not edit. #}\n"
        "{% macro builtin_segmentations() -%}\n"
        "{{ return([\n" + listed + "\n]) }}\n"
        "{%- endmacro %}\n"
    )


def write(path: Path = MACRO) -> None:
    """Write the macro file."""
    path.write_text(macro_text(), encoding="utf-8")


if __name__ == "__main__":
    write()
