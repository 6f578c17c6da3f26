"""docs/catalogue.md says what the tree says."""

from pathlib import Path

import pytest

from orchestration.catalogue import PAGE, TEXTS, asked, ids, page, served


def test_the_page_is_current(repo: Path) -> None:
    assert (repo / PAGE).read_text(encoding="utf-8") == page(), "run python -m orchestration.catalogue"


def test_every_requirement_is_listed_once_and_in_order() -> None:
    assert [name for _, rows in asked() for name, _ in rows] == [f"S{no:03}" for no in range(1, 189)]


def test_nothing_serves_a_requirement_that_does_not_exist() -> None:
    assert set(served()) <= {name for _, rows in asked() for name, _ in rows}


def test_a_range_of_ids_names_all_of_them() -> None:
    assert ids("RFM (S095), S077 to S079; S101–S102, not S1000") == {"S095", "S077", "S078", "S079", "S101", "S102"}


def test_a_line_without_a_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "orchestration").mkdir()
    (tmp_path / TEXTS).write_text("# head\n# One\nS001 first\nS002\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"catalogue\.txt:4: 'S002' is not one new id"):
        asked(tmp_path)
