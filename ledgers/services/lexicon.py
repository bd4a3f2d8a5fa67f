"""The words of a service item: what is wrong with some, and writing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ledgers.enums import Relation
from ledgers.models import LexiconTerm, ServiceItem
from ledgers.reading.words import plain

Words = Mapping[str, Sequence[str]]  # Relation → texts
Changes = dict[str, list[str]]  # label of a relation → [old, new]
SHORTEST, LONGEST = 2, 40  # characters of a word; one alone stands in half of all texts
MOST = 60  # words of one relation
NAMED = 5  # faulty words that a sentence names


def word_faults(name: str, words: Words) -> dict[str, str]:
    """What is wrong with the words of the item `name`: relation → sentence; empty when nothing is."""
    found = {relation: "；".join(_faults(name, relation, words)) for relation in words}
    return {relation: f"{sentences}。" for relation, sentences in found.items() if sentences}


def _faults(name: str, relation: str, words: Words) -> Iterator[str]:
    texts = words[relation]
    if len(texts) > MOST:
        yield f"最多 {MOST} 个词，现有 {len(texts)} 个，请删去不常用的"
    if odd := [text for text in texts if not SHORTEST <= len(text) <= LONGEST]:
        yield f"{_quoted(odd)}须在 {SHORTEST} 到 {LONGEST} 个字之间，请改写或删去"
    if unread := [text for text in texts if text not in odd and plain(text) != text.lower()]:
        yield f"{_quoted(unread)}里有标点或空格，读文字时对不上，请去掉"
    if twice := [text for text in texts if text in _elsewhere(relation, words)]:
        yield f"{_quoted(twice)}写了两遍，一个词只归一类，请留一处"
    if relation == Relation.NEGATIVE:
        yield from _cancelling(name, texts, words)


def _elsewhere(relation: str, words: Words) -> set[str]:
    """The texts of the relations before this one, and those that this one says twice."""
    order = list(Relation.values)
    before = {text for other in order[: order.index(relation)] for text in words.get(other, ())}
    return before | {text for text, times in Counter(words[relation]).items() if times > 1}


def _cancelling(name: str, negatives: Sequence[str], words: Words) -> Iterator[str]:
    """A negative cue inside a word of the item itself takes back the point that the word gives."""
    speaking = (words.get(relation, ()) for relation in Relation.values if relation != Relation.NEGATIVE)
    own = list(dict.fromkeys([name, *(text for texts in speaking for text in texts)]))
    for cue in negatives:
        if struck := [text for text in own if cue in text]:
            yield f"“{cue}”就在本事项自己的词{_quoted(struck)}里，会把它抵消，请改写"


def words_of(item: ServiceItem) -> dict[str, list[str]]:
    """The words of an item by relation, in the order they were entered; every relation is there."""
    found: dict[str, list[str]] = {relation: [] for relation in Relation.values}
    for term in item.terms.all():
        found[term.relation].append(term.text)
    return found


def words_changes(before: Words, after: Words) -> Changes:
    """Label → [old, new] for each relation of `after` that does not hold the same words, in any order."""
    return {
        str(Relation(relation).label): ["、".join(before.get(relation, ())), "、".join(after[relation])]
        for relation in Relation.values
        if relation in after and set(before.get(relation, ())) != set(after[relation])
    }


def words_write(*, item: ServiceItem, before: Words, after: Words) -> None:
    """Make the words of a locked item those of `after`; a relation it does not name stays as it is."""
    named = [relation for relation in Relation.values if relation in after]
    gone = {text for relation in named for text in set(before.get(relation, ())) - set(after[relation])}
    item.terms.filter(text__in=gone).delete()
    LexiconTerm.objects.bulk_create(
        LexiconTerm(item=item, relation=relation, text=text)
        for relation in named
        for text in after[relation]
        if text not in before.get(relation, ())
    )


def _quoted(texts: Sequence[str]) -> str:
    return "".join(f"“{text}”" for text in texts[:NAMED]) + ("等" if len(texts) > NAMED else "")
