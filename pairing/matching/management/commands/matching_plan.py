"""Print the plan of the county's ledgers, or how one demand's suggestions are scored. Nothing is stored."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledgers.models import Demand, Resource
from pairing.matching.adapter import Posed, pose
from pairing.matching.engine import Id, Score, explain, solve, suggest
from pairing.matching.selectors.weights import weights_current


class Command(BaseCommand):
    help = "Print the best overall plan for open demands, each line with its score and reasons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", action="store_true", help="treat every demand as open, whatever its state"
        )
        parser.add_argument(
            "--demand", type=int, metavar="序号", help="show how this demand is scored instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        demands = Demand.objects.all() if options["every"] or options["demand"] else Demand.objects.open()
        posed = pose(
            demands=demands,
            resources=Resource.objects.published(),
            as_of=timezone.localdate(),
            weights=weights_current(),
        )
        if options["demand"]:
            self._print_scores(posed, options["demand"])
        else:
            self._print_plan(posed)

    def _print_plan(self, posed: Posed) -> None:
        plan = solve(posed.problem)
        scores = self._scores(posed)
        for match in plan.assignments:
            demand, resource = posed.demands[int(match.need_id)], posed.resources[int(match.offer_id)]
            why = scores.get((match.need_id, match.offer_id))
            self.stdout.write(f"{demand.serial:>3} {demand.title} → {resource.title}（{match.score:.2f}）")
            self.stdout.write(f"      {explain(why) if why else ''}")
        for left in plan.unserved:
            demand = posed.demands[int(left.need_id)]
            self.stdout.write(f"{demand.serial:>3} {demand.title} → 未安排\n      {left.sentence}")
        self.stdout.write(
            f"已安排 {len(plan.assignments)} 条，未安排 {len(plan.unserved)} 条；"
            f"总分 {plan.objective:.3f}，理论上界 {plan.lp_bound:.3f}，达到 {plan.ratio:.1%}"
        )

    def _scores(self, posed: Posed) -> dict[tuple[Id, Id], Score]:
        found = suggest(posed.problem, top=max(len(posed.resources), 1))
        return {(need, score.offer_id): score for need, scores in found.items() for score in scores}

    def _print_scores(self, posed: Posed, serial: int) -> None:
        found = [pk for pk, demand in posed.demands.items() if demand.serial == serial]
        if not found:
            raise CommandError(f"没有序号 {serial} 的需求。")
        for scores in suggest(posed.problem, found).values():
            for score in scores:
                title = posed.resources[int(score.offer_id)].title
                self.stdout.write(f"{title}：总分 {score.value:.3f}，契合 {score.fit:.3f}")
                for term in score.terms:
                    self.stdout.write(
                        f"  {term.name:9} {term.value:.3f} × {term.weight:.3f}  {term.sentence}"
                    )
