"""Pages of claims, plan orders and pairings."""
