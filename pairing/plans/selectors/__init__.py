"""Page-shaped reads of pairings, claims and plan orders."""
