"""The scheduler: half-day slots for joint activities, hard rules that explain themselves, proven quality.

Plain Python on frozen dataclasses: no Django, no input or output, the same answer for the same problem.
"""

from pairing.activities.scheduling.checker import conflicts
from pairing.activities.scheduling.constraints import HARD_RULES, refusals
from pairing.activities.scheduling.explaining import HalfDay, half_days
from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.problem import Half, Move, Schedule, ScheduleProblem, Slot, Visit
from pairing.activities.scheduling.solver import solve

__all__ = [
    "HARD_RULES",
    "Half",
    "HalfDay",
    "Move",
    "Placed",
    "Schedule",
    "ScheduleProblem",
    "Slot",
    "Visit",
    "conflicts",
    "half_days",
    "refusals",
    "solve",
]
