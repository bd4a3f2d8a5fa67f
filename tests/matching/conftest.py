"""A pair in which one side speaks about law and the other asks for it, and how a run is worked off here."""

import json
from datetime import date, datetime

import pytest
from django.utils import timezone

from pairing.matching.models import MatchRun, ScoreWeights
from pairing.matching.services.runs import match_run_start
from pairing.matching.services.shards import match_shard_execute
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory
from tests.factories.plans import PairingFactory
from tests.matching.endpoint import answering
from tests.matching.evaluating import TINY

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def server():
    """A re-ranking endpoint, see tests.matching.endpoint."""
    with answering() as running:
        yield running


@pytest.fixture
def law_pair():
    """(pairing, demand of 乙方, speaker of 甲方); 甲方 also has somebody who knows farming."""
    pairing = PairingFactory()
    speaker = speaker_of(pairing.branch_a)
    demand = law_demand(pairing.branch_b)
    ResourceFactory(branch=pairing.branch_a, title="淮山种植能手", description="指导起垄栽种和病害防治。")
    return pairing, demand, speaker


@pytest.fixture
def booklet(law_pair):
    """A resource of 甲方 that stays below the floor the county has set; the speaker reaches it."""
    ScoreWeights.objects.create(weights={}, floor=0.93, note="宁缺毋滥", made_at=NOW)
    return ResourceFactory(branch=law_pair[0].branch_a, title="普法宣传册", description="有案例。")


def law_demand(branch, title="社区零售户法律意识薄弱", **values):
    defaults = {
        "aspect": ServiceAspectFactory(name="普法宣传与基层治理"),
        "description": "借证租证算不算违法说不清，希望上门把法律讲透。",
        "raised_on": date(2026, 2, 1),
        "deadline_on": date(2026, 3, 25),
    }
    return DemandFactory(branch=branch, title=title, **defaults | values)


def speaker_of(branch, title="普法宣讲骨干", **values):
    defaults = {
        "description": "从事法制工作九年，能结合案例给零售户讲清违法后果。",
        "aspects": [ServiceAspectFactory(name="普法宣传与基层治理")],
        "capacity_per_month": 1,
    }
    return ResourceFactory(branch=branch, title=title, **defaults | values)


@pytest.fixture
def secretary(law_pair):
    return UserFactory(secretary_of=law_pair[0].branch_b)


def work_off(run=None, now=NOW) -> MatchRun | None:
    """Do what a worker does; give the run as it is then."""
    while match_shard_execute(now=now, run_id=run.pk if run else None):
        pass
    return MatchRun.objects.get(pk=run.pk) if run else None


def planned(actor, now=NOW, **scope) -> MatchRun:
    """A plan ordered and solved."""
    return work_off(match_run_start(actor=actor, now=now, **scope), now=now)


def pairs_of(run) -> set[tuple[int, int]]:
    return set(run.matches.values_list("demand", "resource"))


@pytest.fixture
def tiny(tmp_path):
    """The file of a county of two demands."""
    path = tmp_path / "county.json"
    path.write_text(json.dumps(TINY, ensure_ascii=False), encoding="utf-8")
    return path
