"""What an offer or a need speaks of: what a person filled in, else what the words say, for less."""

from collections.abc import Mapping

from ledgers.reading.lexicon import Lexicon
from ledgers.reading.reader import Found, audience_groups, audiences_named, help_named, items_named
from ledgers.reading.vocabulary.categories import HELP_BY_KIND, PAPER
from pairing.matching.engine.problem import Need, Offer


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
    kind = getattr(entry, "kind", "").lower()
    if any(part in kind for part in PAPER):
        return {"资料": discount}  # what a paper speaks of it explains; it does not give it
    return found | {own: discount for part, own in HELP_BY_KIND.items() if part in kind}


def read_audiences(entry: Offer | Need, discount: float) -> dict[str, float]:
    """Return audience group → confidence; free words a person filled in are mapped to groups where known."""
    if entry.audiences:
        return dict.fromkeys(audience_groups(sorted(entry.audiences)), 1.0)
    # an offer's title says who helps (民警, 店主), not whom
    text = entry.text if isinstance(entry, Offer) else f"{entry.title} {entry.text}"
    return _discounted(audiences_named(text), discount)


def _discounted(found: Mapping[str, Found], discount: float) -> dict[str, float]:
    return {name: discount * each.confidence for name, each in found.items()}
