"""Silence with a reason: what a model returns instead of a score when the data does not carry one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Abstained:
    """No answer, and why, in both languages of the labels."""

    reason_en: str
    reason_zh: str


def too_few(found: int, needed: int, what_en: str, what_zh: str) -> Abstained | None:
    """Abstains where fewer than `needed` were found; None where there are enough."""
    if found >= needed:
        return None
    return Abstained(
        f"{found:,} {what_en}; at least {needed:,} are needed", f"{what_zh}只有 {found:,}，至少需要 {needed:,}"
    )


def single_class(labels: object) -> Abstained | None:
    """Abstains where every label is the same (or there is none): nothing tells one outcome from the other."""
    import numpy as np

    kinds = np.unique(np.asarray(labels))
    if len(kinds) > 1:
        return None
    only = "none" if not len(kinds) else str(kinds[0])
    return Abstained(f"every outcome is the same ({only})", f"所有结果都相同（{only}）")


def window_open(window_ends: object, as_of: object) -> Abstained | None:
    """Abstains where the window of the labels ends after `as_of` (dates): not all outcomes are known yet."""
    if window_ends <= as_of:  # type: ignore[operator]
        return None
    return Abstained(
        f"the window of the outcomes ends on {window_ends}, after {as_of}",
        f"结果窗口到 {window_ends} 才结束，晚于 {as_of}",
    )
