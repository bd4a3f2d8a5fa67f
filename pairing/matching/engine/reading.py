"""What an offer or a need speaks of: what a person filled in, else what the words say, for less."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ledgers.reading.bearings import name_directions
from ledgers.reading.crowding import crowding
from ledgers.reading.lexicon import Lexicon
from ledgers.reading.reader import Found, audience_groups, audiences_named, help_named, items_named
from ledgers.reading.vocabulary.categories import HELP_BY_KIND, PAPER
from pairing.matching.engine.affinity import Profile, profiles, without_limits
from pairing.matching.engine.candidates import tf_idf
from pairing.matching.engine.problem import MatchProblem, Need, Offer


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was read from every text: name → confidence, per need and per offer, and the idf of each gram."""

    need_items: list[dict[str, float]]
    offer_items: list[dict[str, float]]
    need_help: list[dict[str, float]]
    offer_help: list[dict[str, float]]
    need_audiences: list[dict[str, float]]
    offer_audiences: list[dict[str, float]]
    text: sparse.csr_matrix
    idf: dict[str, float]
    need_profile: Profile
    offer_profile: Profile
    need_aspects: np.ndarray
    need_crowded: np.ndarray
    offer_crowded: np.ndarray


def read(problem: MatchProblem) -> Reading:
    """Read items, kinds of help, audiences and TF-IDF vectors from all texts of the problem."""
    discount = problem.weights.inferred
    offers = [without_limits(offer) for offer in problem.offers]
    entries: list[Need | Offer] = [*problem.needs, *offers]
    texts = [f"{entry.title} {entry.title} {entry.text}" for entry in entries]
    vectors, idf = tf_idf(texts, len(problem.needs))
    asked = profiles(problem.lexicon, problem.needs, offered=False, learned=problem.learned)
    given = profiles(problem.lexicon, offers, offered=True, offices=problem.branch_names)
    return Reading(
        [read_items(need, problem.lexicon, discount) for need in problem.needs],
        [read_items(offer, problem.lexicon, discount) for offer in offers],
        [read_help(need, discount) for need in problem.needs],
        [read_help(offer, discount) for offer in offers],
        [read_audiences(need, discount) for need in problem.needs],
        [read_audiences(offer, discount) for offer in offers],
        vectors,
        idf,
        asked,
        given,
        name_directions([need.aspect or "" for need in problem.needs], offered=False),
        crowding(asked.items, offered=False),
        crowding(given.items, offered=True),
    )


def read_items(entry: Offer | Need, lexicon: Lexicon, discount: float) -> dict[str, float]:
    """Return item code → confidence: 1 for the items a person filled in, otherwise what the words suggest."""
    if entry.items:
        return dict.fromkeys(sorted(entry.items), 1.0)
    return _discounted(items_named(entry.title, entry.text, lexicon), discount)


def read_help(entry: Offer | Need, discount: float) -> dict[str, float]:
    """Return kind of help → confidence, offered or asked for."""
    if entry.help_kinds:
        return dict.fromkeys(sorted(entry.help_kinds), 1.0)
    found = _discounted(help_named(entry.title, entry.text, asked=isinstance(entry, Need)), discount)
    if is_paper(entry):
        return {"资料": discount}
    kind = getattr(entry, "kind", "").lower()
    return found | {own: discount for part, own in HELP_BY_KIND.items() if part in kind}


def is_paper(entry: Offer | Need) -> bool:
    """Tell whether an offer is a paper by its category: what it speaks of it explains and does not give."""
    kind = getattr(entry, "kind", "").lower()
    return any(part in kind for part in PAPER)


def read_audiences(entry: Offer | Need, discount: float) -> dict[str, float]:
    """Return audience group → confidence; free words a person filled in are mapped to groups where known."""
    if entry.audiences:
        return dict.fromkeys(audience_groups(sorted(entry.audiences)), 1.0)
    # an offer's title says who helps (民警, 店主), not whom
    text = entry.text if isinstance(entry, Offer) else f"{entry.title} {entry.text}"
    return _discounted(audiences_named(text), discount)


def _discounted(found: Mapping[str, Found], discount: float) -> dict[str, float]:
    return {name: discount * each.confidence for name, each in found.items()}
