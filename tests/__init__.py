"""Tests; Python imports them by their path from the root of the repository."""
