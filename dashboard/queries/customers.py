"""Finding a customer, and everything about one."""

import re

import pandas as pd

from dashboard.release import Release

LONGEST = 200  # characters of a search; a name or address is shorter
FOUND = 50
_LIST = """
    select c.customer_id, c.full_name, c.email, c.city, c.rfm_segment, c.net_base::double as net_base, c.order_count,
        c.last_order_on
    from marts.dim_customers c
"""


def search(release: Release, words: str, segment: str | None, may_see: bool) -> pd.DataFrame:
    """Customers by number, name, e-mail, phone or record, most valuable first; without words, the most valuable.

    Words are taken literally, whatever characters they have. Who may not see personal data finds only by the whole
    value: a search by parts would spell out what is hidden.
    """
    words = words.strip()[:LONGEST]
    if not words:
        where = "true"
    elif may_see:
        where = """c.customer_id in (
            select customer_id from marts.dim_customers
            where customer_id = $words or contains(lower(full_name), lower($words)) or contains(email, lower($words))
                or ($digits <> '' and contains(regexp_replace(phone, '[^0-9]', '', 'g'), $digits))
            union select customer_id from marts.bridge_customer_identities
            where $words = record_ref or $card = card_ref
            union select customer_id from marts.identity_explanations
            where kind in ('email', 'phone') and value in ($words, lower($words)))"""
    else:
        where = """c.customer_id in (
            select customer_id from marts.dim_customers
            where customer_id = $words or lower(full_name) = lower($words) or email = lower($words)
                or ($digits <> '' and regexp_replace(phone, '[^0-9]', '', 'g') = $digits)
            union select customer_id from marts.bridge_customer_identities
            where $words = record_ref or $card = card_ref)"""
    given = {"words": words, "digits": digits_of(words), "card": card_of(words)} if words else {}
    sql = f"""{_LIST} where {where} and ($segment::varchar is null or c.rfm_segment = $segment)
        order by c.net_base desc nulls last, c.customer_id limit {FOUND}"""
    return release.ask(sql, segment=segment, **{k: v for k, v in given.items() if f"${k}" in sql})


def digits_of(words: str) -> str:
    """The digits of what looks like a phone number, without a leading zero; empty for anything else."""
    return re.sub(r"\D", "", words).lstrip("0") if re.fullmatch(r"[+\d][\d\s()./-]{5,}", words) else ""


def card_of(words: str) -> str:
    """The number of a card as the bridge has it: upper case, without blanks and dashes."""
    return re.sub(r"[ -]", "", words).upper()


def card(release: Release, customer_id: str) -> pd.DataFrame:
    """The customer's row of the customer view, or none."""
    return release.ask("select * exclude (release_id) from marts.dim_customers where customer_id = $id", id=customer_id)


def golden(release: Release, customer_id: str) -> pd.DataFrame:
    """Fields of the golden record, where each comes from and what decided."""
    return release.ask(
        """
        select field, value, decided_by, system, stated_at, loser_count from marts.customer_golden_cells
        where customer_id = $id order by field""",
        id=customer_id,
    )


def records(release: Release, customer_id: str) -> pd.DataFrame:
    """The records that are this person."""
    return release.ask(
        """
        select stream, system, record_ref from marts.bridge_customer_identities
        where customer_id = $id order by stream, system, record_ref""",
        id=customer_id,
    )


def evidence(release: Release, customer_id: str) -> pd.DataFrame:
    """Why the records are one person, the strongest first; also what was refused or overruled."""
    return release.ask(
        """
        select status, rule, kind, value, weight, point_a, point_b from marts.identity_explanations
        where customer_id = $id order by status, weight desc nulls last, point_a, point_b limit 200""",
        id=customer_id,
    )


def values(release: Release, customer_id: str) -> pd.DataFrame:
    """One row: RFM, value, lifecycle, strategy."""
    return release.ask(
        """
        select r.r_days, r.f_count, r.m_total::double as m_total, r.rfm_segment, r.class_four, r.r_score, r.f_score,
            r.m_score, v.clv_margin_base::double as clv_margin_base, s.value_level, s.potential_level, s.loyalty_level,
            s.strategy_en, s.strategy_zh, l.stage_by_transaction, l.stage_by_management, a.abc_class, t.tier
        from marts.dim_customers c
        left join marts.customer_rfm r using (customer_id)
        left join marts.customer_lifetime_value v using (customer_id)
        left join marts.customer_scores s using (customer_id)
        left join marts.customer_lifecycle l on l.customer_id = c.customer_id and l.is_current
        left join marts.abc_classes a on a.entity_kind = 'customer' and a.entity_id = c.customer_id
        left join marts.customer_tiers t on t.customer_id = c.customer_id and t.scheme = 'four_tier'
        where c.customer_id = $id""",
        id=customer_id,
    )


def actions(release: Release, customer_id: str) -> pd.DataFrame:
    """What to do next: a recall that is due, and what the lists of causes suggest."""
    return release.ask(
        """
        select 'recall' as kind, trigger_en as action_en, trigger_zh as action_zh, triggered_by as because_en,
            triggered_by as because_zh, is_reachable, 1 as place
        from marts.rfm_recall where customer_id = $id
        union all
        select 'churn', action, action, reason_en, reason_zh, null, 1 + reason_rank
        from marts.churn_reasons where customer_id = $id and is_lost_now and action is not null
        order by place""",
        id=customer_id,
    )


def consents(release: Release, customer_id: str) -> pd.DataFrame:
    """Channels on which the person may be contacted: the most restrictive statement holds."""
    return release.ask(
        """
        select channel, purpose, is_allowed, decided_by_system, decided_at from marts.customer_consents
        where customer_id = $id order by channel, purpose""",
        id=customer_id,
    )


def timeline(release: Release, customer_id: str) -> pd.DataFrame:
    """The last interactions of any kind."""
    return release.ask(
        """
        select happened_at, family, type, channel, amount_base::double as amount_base, system
        from core.customer_interactions where customer_id = $id order by happened_at desc, interaction_id limit 300""",
        id=customer_id,
    )


def rhythm(release: Release, customer_id: str) -> pd.DataFrame:
    """Interactions per month and family."""
    return release.ask(
        """
        select date_trunc('month', happened_on)::date as month_on, family, count(*) as interactions
        from core.customer_interactions where customer_id = $id group by all order by family, month_on""",
        id=customer_id,
    )
