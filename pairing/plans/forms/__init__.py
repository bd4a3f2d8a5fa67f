"""Forms of claims, plan orders and pairings, and the filters of their lists."""
