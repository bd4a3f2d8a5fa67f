"""Agreements and plan orders as workbooks."""
