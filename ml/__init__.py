"""Models: pure (frames in, frames out), deterministic, no orchestrator. Each module is one model family.

Families (S118): segments (clusters, groups), buying behaviour (offers, purchase_timing, next_purchase), lifecycle and
prediction (churn, clv, subscription_churn, scorecard), sales (win, funnel, sales_forecast), causes (uplift, drivers).
What they are for (S117): winning and keeping customers, choosing for each what fits, and not spending where it does not
pay; each card says what it must not be used for.
"""
