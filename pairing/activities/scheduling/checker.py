"""The independent check of a finished schedule: its own tables, the rules' words, nothing of the solver."""

from collections.abc import Mapping
from datetime import date

from pairing.activities.scheduling.constraints import HARD_RULES
from pairing.activities.scheduling.problem import Id, ScheduleProblem, Slot, Subject, Visit


class _Tables:
    """A whole schedule written down once: who is held when, and who is loaded in which month."""

    def __init__(self, visits: Mapping[Id, Visit], placements: Mapping[Id, Slot]) -> None:
        self.slots = dict(placements)
        self.holders: dict[tuple[Subject, Slot], list[Visit]] = {}
        self.months: dict[tuple[Subject, date], list[Visit]] = {}
        for visit_id, start in placements.items():
            visit = visits[visit_id]
            covered = [Slot.numbered(number) for number in range(start.number, start.number + visit.length)]
            for subject in visit.subjects:
                for slot in covered:
                    self.holders.setdefault((subject, slot), []).append(visit)
            for subject in visit.subjects | visit.load_subjects:
                first = date(start.day.year, start.day.month, 1)
                self.months.setdefault((subject, first), []).append(visit)


def conflicts(problem: ScheduleProblem, placements: Mapping[Id, Slot]) -> list[str]:
    """Check a finished schedule from scratch: each visit against all others. An empty list: it is sound."""
    visits = {visit.id: visit for visit in problem.visits}
    strangers = [f"日程中有未知活动 {each}" for each in placements if each not in visits]
    known = {visit_id: slot for visit_id, slot in placements.items() if visit_id in visits}
    tables = _Tables(visits, known)
    broken = [
        f"{visits[visit_id].name}：{reason}"
        for visit_id, slot in known.items()
        for rule in HARD_RULES
        if (reason := rule(problem, tables, visits[visit_id], slot))
    ]
    return strangers + broken
