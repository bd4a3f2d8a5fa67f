"""Reads of matching: suggestions, runs, weights."""
