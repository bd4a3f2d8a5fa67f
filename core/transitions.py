"""The one guard of every state machine: TRANSITIONS tables live in each app's enums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices

from core.errors import TransitionError

Table = Mapping[Any, frozenset[Any]]


def check_transition(table: Table, choices: type[TextChoices], current: str, target: str, noun: str) -> None:
    """Refuse a step that `table` does not list.

    Raises:
        TransitionError: naming the current state and the states that can follow it; for a step taken
            already, that there is nothing more to do.
    """
    if choices(target) in table[choices(current)]:
        return
    if current == target:
        raise TransitionError(f"{noun}已经是“{choices(current).label}”，这一步办过了，不必再办。")
    following = "、".join(choices(state).label for state in sorted(table[choices(current)]))
    if not following:
        raise TransitionError(f"{noun}已经是“{choices(current).label}”，事情到此为止，不能再改。")
    raise TransitionError(
        f"{noun}现在是“{choices(current).label}”，不能改为“{choices(target).label}”，只能转为：{following}。"
    )
