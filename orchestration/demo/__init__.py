"""The demo company: a generated retailer with everything that makes customer data hard, and the truth beside it."""

from orchestration.demo.generate import SCALES, generate

__all__ = ["SCALES", "generate"]
