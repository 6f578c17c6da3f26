"""Whether a feature or a score is still distributed as it was: PSI and KS with thresholds that know n.

A fixed PSI of 0.1 fires in a third of all quiet months at n = 200. Under no change PSI is about chi-squared with
bins - 1 degrees of freedom times (1/n + 1/m) (Yurdakul & Naranjo 2020), so the threshold is that quantile, and never
below a shift that matters (S107).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

BINS, CONFIDENCE, PRACTICAL = 10, 0.999, 0.02


@dataclass(frozen=True)
class Drift:
    """PSI with its threshold, the p value of the KS test, and whether both say that the distribution moved."""

    psi: float
    threshold: float
    ks_p: float
    has_moved: bool


def psi(before: ArrayLike, now: ArrayLike, bins: int = BINS) -> tuple[float, int]:
    """(population stability index, bins used). Bins are tenths of `before`, fewer with ties; empty ones get half."""
    before, now = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    edges = np.unique(np.quantile(before, np.arange(1, bins) / bins))
    counts = [np.bincount(np.searchsorted(edges, v, "left"), minlength=len(edges) + 1) for v in (before, now)]
    held = counts[0] + counts[1] > 0
    p, q = ((np.maximum(c[held], 0.5) / np.maximum(c[held], 0.5).sum()) for c in counts)
    return float(((q - p) * np.log(q / p)).sum()), int(held.sum())


def drift(before: ArrayLike, now: ArrayLike) -> Drift | None:
    """Compares two samples; gaps are left out. None where either has fewer than 50 values."""
    from scipy.stats import chi2, ks_2samp

    before, now = (v[np.isfinite(v)] for v in (np.asarray(before, dtype=float), np.asarray(now, dtype=float)))
    if min(len(before), len(now)) < 50:
        return None
    found, used = psi(before, now)
    noise = float(chi2.ppf(CONFIDENCE, max(used - 1, 1))) * (1 / len(before) + 1 / len(now))
    threshold = max(PRACTICAL, noise)
    p = float(ks_2samp(before, now, method="asymp").pvalue)  # the exact one warns and gives up on large n
    return Drift(found, threshold, p, found > threshold and p < 0.01)
