"""What having one product says for another, as a matrix products × products (S112, S115).

cosine    of the buyers of both (item-based collaborative filtering)
ease      ridge regression of each product on all others (Steck 2019, WWW)
rules     confidence of a rule between two products that chance does not explain: Dunning's (1993) likelihood ratio
          of the four counts, with Bonferroni's correction for every pair
content   cosine of what is known of the products themselves: traits, weighed by how rare they are
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]

COSINE, EASE, RULES, CONTENT = "cosine", "ease", "rules", "content"
RIDGE = 500.0
LEVEL = 0.05
# Why a product is offered, with the one that speaks for it most.
WHY = {
    COSINE: ("Often bought with {}", "常与“{}”一起购买"),
    EASE: ("Often bought with {}", "常与“{}”一起购买"),
    RULES: ("Bought by buyers of {} more often than chance explains", "购买“{}”的客户明显更常购买"),
    CONTENT: ("Like {}", "与“{}”相似"),
}


def similarity(bought: sparse.csr_array, method: str, ridge: float = RIDGE) -> Array:
    """From customers × products of 0/1; the row is what one has, the column what it speaks for; the diagonal is 0."""
    together = (bought.T @ bought).toarray()
    if method == COSINE:
        length = np.sqrt(np.maximum(together.diagonal(), 1e-12))
        found = together / np.outer(length, length)
    elif method == EASE:
        inverse = np.linalg.inv(together + ridge * np.eye(len(together)))
        found = -inverse / inverse.diagonal()
    elif method == RULES:
        found = _rules(together, bought.shape[0])
    else:
        raise ValueError(f"method {method!r} is none of {[COSINE, EASE, RULES]}")
    np.fill_diagonal(found, 0.0)
    return found


def _rules(together: Array, customers: int) -> Array:
    from scipy.special import xlogy
    from scipy.stats import chi2

    has = np.maximum(together.diagonal(), 1e-12)
    only, other = has[:, None] - together, has[None, :] - together
    rest = customers - together - only - other
    parts = [  # each count with what chance would make it
        (together, has[:, None] * has[None, :]),
        (only, has[:, None] * (customers - has[None, :])),
        (other, (customers - has[:, None]) * has[None, :]),
        (rest, (customers - has[:, None]) * (customers - has[None, :])),
    ]
    ratio = 2 * sum(xlogy(count, count * customers / np.maximum(chance, 1e-12)) for count, chance in parts)
    pairs = max(len(has) * (len(has) - 1) / 2, 1)
    is_sure = (together * customers > parts[0][1]) & (ratio > chi2.isf(2 * min(LEVEL / pairs, 0.5), 1))
    return np.where(is_sure, together / has[:, None], 0.0)


def content(traits: Sequence[Collection[str]]) -> Array:
    """From the traits of each product; one that all have says nothing."""
    names = sorted({name for own in traits for name in own})
    place = {name: at for at, name in enumerate(names)}
    pairs = [(row, place[name]) for row, own in enumerate(traits) for name in sorted(set(own))]
    rows, columns = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True)) if pairs else ([], [])
    held = sparse.csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(traits), max(len(names), 1)))
    weight = np.log(len(traits) / np.maximum(held.sum(axis=0), 1))
    weighed = sparse.csr_array(held * weight)
    length = np.sqrt(weighed.power(2).sum(axis=1))
    found = (weighed @ weighed.T).toarray() / np.maximum(np.outer(length, length), 1e-12)
    np.fill_diagonal(found, 0.0)
    return found
