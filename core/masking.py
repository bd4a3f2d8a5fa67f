"""Phone numbers as those read them who do not need the whole number."""

from __future__ import annotations

from typing import Any

MASK = "****"


def masked(phone: str) -> str:
    """The number with its middle hidden: 138****1234; a short one is hidden altogether."""
    return f"{phone[:3]}{MASK}{phone[-4:]}" if len(phone) > 7 else MASK if phone else ""


def masked_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """`changes` (field → [old, new]) for the audit trail, which more people read than the row's own page."""
    return {
        name: [masked(str(value)) for value in pair] if name.endswith("phone") else pair
        for name, pair in changes.items()
    }
