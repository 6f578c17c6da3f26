"""What can be offered, and to whom: products that several systems number alike are one article (S112-S114).

A customer who bought an article in a shop has it, whatever the till calls it. Equal numbers make one article only where
the place on a ladder or the name is equal, too. There are no stock levels in the contract: an article is taken for not
to be had before its first day of sale, after its last, where nobody bought it for `UNSOLD_DAYS`, and where the
catalogue of its system does not know it.
"""

import re
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from ml.recommend import Policy

KINDS = ("category_name", "category_path", "brand", "ladder")
UNSOLD_DAYS = 180
SEEN_BY = 30  # buyers from which on an article that nobody bought twice is one that nobody buys twice

PRODUCTS = """
    select
        product_id,
        system,
        coalesce(product_name, product_ref) as product_name,
        coalesce(
            product_ref || '|' || ladder_ref || '|' || ladder_rank, product_ref || '|' || lower(product_name),
            product_id
        ) as same,
        system || '|' || ladder_ref as ladder,
        ladder_rank,
        category_name,
        category_path,
        brand,
        coalesce(discontinued_on < $as_of, false) or coalesce(launched_on > $as_of, false)
        or (is_inferred and bool_or(not is_inferred) over (partition by system)) as is_off
    from core.dim_products
    order by product_id
"""
# Day of order; what was given back later was still wanted once.
PURCHASES = """
    select distinct o.customer_id, l.product_id, cast(o.ordered_on as timestamp) as order_date
    from core.fct_orders as o
    inner join core.fct_order_lines as l on o.order_id = l.order_id
    where o.customer_id is not null and l.product_id is not null and not o.is_cancelled and l.line_kind = 'product'
        and l.quantity > 0 and o.ordered_on <= $as_of
    order by all
"""
# Who refused at least one channel and allows none; who said nothing may still be shown an offer on the site.
OPTED_OUT = """
    select customer_id from marts.customer_consents
    where purpose = 'marketing'
    group by customer_id having not bool_or(is_allowed)
"""


def words(name: str) -> set[str]:
    """The words of a product's name, in small letters, without figures."""
    return set(re.findall(r"[^\W\d_]{2,}", name.lower()))


@dataclass(frozen=True)
class Catalogue:
    """`products` has product_id, system, product_name, article, ladder, ladder_rank, category_name, category_path,
    brand, is_off; `log` is purchases with
    product_id and article; `policy` speaks of articles."""

    products: pd.DataFrame
    log: pd.DataFrame
    policy: Policy

    @classmethod
    def read(cls, con: duckdb.DuckDBPyConnection, as_of: date) -> "Catalogue":
        """From core and marts, up to `as_of`."""
        products, log = (con.execute(sql, {"as_of": as_of}).df() for sql in (PRODUCTS, PURCHASES))
        products["article"] = products.groupby("same")["product_id"].transform("min")
        log["article"] = log["product_id"].map(products.set_index("product_id")["article"])
        off = products.loc[products.groupby("article")["is_off"].transform("all"), "article"]
        newest = log.groupby("article")["order_date"].max()
        stale = newest.index[newest < newest.max() - pd.Timedelta(days=UNSOLD_DAYS)]
        days = log.drop_duplicates(["customer_id", "article", "order_date"]).groupby(["article", "customer_id"]).size()
        bought = days.groupby("article").agg(["size", "max"])
        once = bought.index[(bought["size"] >= SEEN_BY) & (bought["max"] == 1)]
        out = [row[0] for row in con.execute(OPTED_OUT).fetchall()]
        policy = Policy(frozenset(off) | frozenset(stale), frozenset(out), frozenset(once))
        return cls(products.drop(columns="same"), log, policy)

    @property
    def articles(self) -> pd.DataFrame:
        """Purchases by article, for the models: customer_id, product_id (the article), order_date."""
        named = self.log[["customer_id", "article", "order_date"]].rename(columns={"article": "product_id"})
        return named.drop_duplicates().reset_index(drop=True)

    @property
    def steps(self) -> pd.DataFrame:
        """Ladders by article: product_id (the article), ladder, ladder_rank."""
        return self.products[["article", "ladder", "ladder_rank"]].rename(columns={"article": "product_id"})

    @property
    def names(self) -> dict[str, str]:
        """Article -> name."""
        return dict(zip(self.products["product_id"], self.products["product_name"], strict=True))

    @property
    def traits(self) -> dict[str, set[str]]:
        """Article -> what is known of it in any system: categories, brand, ladder, and the words of its name."""
        found: dict[str, set[str]] = {}
        for row in self.products.to_dict("records"):
            own = found.setdefault(row["article"], set())
            own |= {f"{kind} {row[kind]}" for kind in KINDS if isinstance(row[kind], str)}
            own |= words(str(row["product_name"]))
        return found

    def to_products(self, offers: pd.DataFrame) -> pd.DataFrame:
        """Offers of articles as offers of products with product_name: that of the system where the customer bought
        last, where it is to be had there, else the first by name; `because_product_id` is the product bought last.
        """
        last = self.log.sort_values(["order_date", "product_id"])
        systems = self.products.set_index("product_id")["system"]
        home = last.groupby("customer_id")["product_id"].last().map(systems)
        had = last.groupby(["customer_id", "article"])["product_id"].last()
        sold = self.products[~self.products["is_off"]].sort_values("product_id")
        first = sold.groupby("article")["product_id"].first()
        there = sold.groupby(["article", "system"])["product_id"].first()
        own = pd.MultiIndex.from_arrays([offers["product_id"], offers["customer_id"].map(home)])
        because = pd.MultiIndex.from_arrays([offers["customer_id"], offers["because_product_id"]])
        product = pd.Series(there.reindex(own).to_numpy(), index=offers.index, dtype=object)
        product = product.where(product.notna(), offers["product_id"].map(first))
        return offers.assign(
            product_id=product, product_name=product.map(self.names),
            because_product_id=pd.Series(had.reindex(because).to_numpy(), index=offers.index, dtype=object),
        )  # fmt: skip
