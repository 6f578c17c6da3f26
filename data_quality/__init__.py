"""Judging the candidate: Great Expectations suites, volume gates and the quality scorecard."""
