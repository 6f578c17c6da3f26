"""Evidence in the words of somebody who sells, not of somebody who matches records."""

from typing import Any

from orchestration.identity.explain import Link, masked

STREAMS = {
    "customers": "account {ref} of {system}",
    "leads": "lead {ref} of {system}",
    "profiles": "profile {ref} on {system}",
    "identifies": "device {ref} on {system}",
    "orders": "guest order {ref} at {system}",
}
KINDS = {
    "email": "the same e-mail address",
    "phone": "the same phone number",
    "card_ref": "the same loyalty card",
    "union": "the same app identity",
    "handle": "the same handle",
    "account": "the source names the same account",
    "visitor": "the same device",
    "purchase": "the order that was written about",
    "tax": "the same company number",
    "name_birth": "the same name and birth date",
    "name_postal": "the same name and postal code",
}
DETAILS = {
    "given": "first name",
    "family": "family name",
    "birth": "birth date",
    "email": "e-mail",
    "card": "loyalty card",
    "tax": "company number",
    "subject": "person or company",
}
SURE, LIKELY = 10.0, 3.0  # log2 odds: a thousand to one, eight to one


def record(point: str) -> str:
    """stream:system:number as a phrase; guest orders that share contact data are known by a hash."""
    stream, _, rest = point.partition(":")
    system, _, ref = rest.partition(":")
    if not ref:
        return f"{'message to the service' if stream == 'stated' else 'guest contact'} {rest[:8]}"
    return STREAMS.get(stream, stream + " {ref} of {system}").format(ref=ref, system=system)


def why(link: Link, show: bool = False) -> str:
    """The reason of one link."""
    if link.source == "record":
        return "the order states this contact data"
    if link.source == "override":
        return f"decided by hand ({link.rule}): {link.reason}"
    if link.source == "score":
        text = f"details weighed together: {waterfall(link.steps)}" if link.steps else "many details agree"
    else:
        text = KINDS.get(link.kind or link.rule, f"the same {(link.kind or link.rule).replace('_', ' ')}")
        value = link.value if show else masked(link.kind, link.value)
        text += f" ({value})" if value else ""
    return f"{text}; not used: {link.reason}" if link.status == "refused" and link.reason else text


def waterfall(steps: str) -> str:
    """The comparisons of a score with what each adds, strongest first; those that say next to nothing are left out."""
    found = []
    for step in steps.split("; "):
        name, _, weight = step.rpartition(" ")
        comparison, _, outcome = name.partition(" ")
        found.append((float(weight), f"{DETAILS.get(comparison, comparison)} {outcome}".strip()))
    told = sorted((f for f in found if abs(f[0]) >= 0.1), key=lambda f: -abs(f[0]))
    return ", ".join(f"{name} {weight:+.1f}" for weight, name in told)


def strength(link: Link) -> str:
    """How sure a weight is, in words."""
    if link.weight is None:
        return "certain"
    word = "sure" if link.weight >= SURE else "likely" if link.weight >= LIKELY else "weak"
    return f"{word} ({link.weight:+.1f})"


def effect(line: dict[str, Any]) -> str:
    """What a changed line of identity_overrides.csv would do, as preview.py found it."""
    if line["effect"] == "pending":
        return f"waits: {line['because']}"
    if line["effect"] == "none":
        return f"no effect: {line['because']} with or without it"
    alone = line["record_b"] is None
    if line["effect"] == "one":
        return "it has more company again" if alone else "they become one person"
    return "it is set apart" if alone else "they become two persons"
