"""Policies with things, facts, units and money of their own, and cases worked by hand, all of them data."""
