"""Buy-till-you-die models: how often a customer will buy again, and for how much (S073, S097).

Time unit: whatever `recency` and `T` are given in (weeks in the reference data); predictions use the same unit.
All models are fitted by maximum likelihood on the distinct histories with their counts.
"""

from ml.btyd.discrete import BetaGeoBetaBinomial
from ml.btyd.geometric import BetaGeoNBD, ModifiedBetaGeoNBD
from ml.btyd.history import Cells, summarise
from ml.btyd.nbd import NBD
from ml.btyd.pareto import ParetoNBD
from ml.btyd.spend import GammaGamma

__all__ = [
    "NBD", "BetaGeoBetaBinomial", "BetaGeoNBD", "Cells", "GammaGamma", "ModifiedBetaGeoNBD", "ParetoNBD", "summarise",
]  # fmt: skip
