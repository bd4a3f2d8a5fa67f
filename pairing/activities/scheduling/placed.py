"""Which visits stand where, while a schedule is being made."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from pairing.activities.scheduling.problem import Id, ScheduleProblem, Slot, Subject, Visit


class Placed:
    """An index over placements that the rules can ask quickly."""

    def __init__(self, problem: ScheduleProblem, placements: Mapping[Id, Slot] | None = None) -> None:
        self.slots: dict[Id, Slot] = {}
        self.holders: dict[tuple[Subject, Slot], list[Visit]] = defaultdict(list)
        self.months: dict[tuple[Subject, date], list[Visit]] = defaultdict(list)
        visits = {visit.id: visit for visit in problem.visits} if placements else {}
        for visit_id, slot in (placements or {}).items():
            self.add(visits[visit_id], slot)

    def add(self, visit: Visit, slot: Slot) -> None:
        """Put a visit in a slot, whether or not the rules allow it."""
        self.slots[visit.id] = slot
        for subject in visit.subjects:
            for each in slot.following(visit.length):
                self.holders[subject, each].append(visit)
        for subject in visit.loads:
            self.months[subject, slot.day.replace(day=1)].append(visit)

    def remove(self, visit: Visit) -> Slot:
        """Take a visit out again; returns where it stood."""
        slot = self.slots.pop(visit.id)
        for subject in visit.subjects:
            for each in slot.following(visit.length):
                self.holders[subject, each].remove(visit)
        for subject in visit.loads:
            self.months[subject, slot.day.replace(day=1)].remove(visit)
        return slot
