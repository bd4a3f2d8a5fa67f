"""What the arguments of management commands have in common."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from core.periods import YEARS


def iso_date(text: str) -> date:
    """Parse a day as computers write it.

    Raises:
        ArgumentTypeError: for another text, and for a year that no ledger speaks of.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a date like 2025-11-28") from error
    if day.year not in YEARS:
        raise ArgumentTypeError(f"{text} is not between {YEARS[0]} and {YEARS[-1]}")
    return day
