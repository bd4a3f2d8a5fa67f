"""The only writers of pairings, claims and plan orders."""
