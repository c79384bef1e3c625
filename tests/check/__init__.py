"""Tests of tools/check."""
