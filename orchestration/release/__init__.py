"""Releases: what readers see. Built aside, judged, sealed, then switched in one atomic step."""
