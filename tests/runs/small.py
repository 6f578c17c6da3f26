"""Events of a run in small."""

from orchestration.progress import Event

STREAM = {"records_in": 10, "loaded": 8, "quarantined": 2, "rejected": 0}


def events(rejected: bool = False) -> list[Event]:
    """A run in small: one delivery, one model, one test that warns, one check, a release."""
    status = "rejected" if rejected else "loaded"
    facts = {"status": status, "bytes": 99, "rows": 10, "streams": {"orders": STREAM}}
    return [
        Event("ingest", "delivery", "till/orders.csv", not rejected, 0.5, "", facts),
        Event("ingest", "feed", "till", seconds=0.75, facts={"deliveries": 1, "bytes": 99}),
        Event("audit", "check", "accounting of orders", facts={"layer": "raw", "severity": "critical", "passed": True}),
        Event("audit", "judged", "raw", seconds=0.25),
        Event("transform", "plan", "dbt", facts={"groups": {}}),
        Event("transform", "node", "fct_orders", seconds=2.0, facts={"group": "core", "kind": "model", "status": "ok"}),
        Event("transform", "node", "no_gap", seconds=1.0, facts={"group": "core", "kind": "test", "status": "warn"}),
        Event("publish", "release", "r000001-0a0b0c0d", seconds=1.5, facts={"as_of": "2024-03-02", "created": True}),
    ]
