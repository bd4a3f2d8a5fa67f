"""Pages of matching: suggestions, runs, weights."""
