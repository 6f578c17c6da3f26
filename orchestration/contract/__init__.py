"""The input contract: every stream a delivery may fill, as data; personal columns are named as such (S172).

`streams/<domain>.yml` holds the tables; this module reads them into frozen objects. Raw tables, dbt sources, feed
validation, Great Expectations suites and the docs page are derived from here and from nowhere else. Columns of
one's own (S037) are kept in `_extra` of every row.
"""

from orchestration.contract.model import LINEAGE, Column, Stream, streams

__all__ = ["LINEAGE", "Column", "Stream", "streams"]
