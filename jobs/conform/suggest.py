"""Which words a lexicon should learn next: those that would tag the most texts that it does not tag yet."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from jobs.conform.lexicon import Lexicon, forms, plain

WORD = re.compile(r"[a-z][a-z0-9]+|[가-힣]{2,}")
"""What may be suggested: two letters or more. Numbers and tags are no words of a lexicon."""
CODE_LIKE = re.compile(r"[a-z]+\d")


class Suggestion(NamedTuple):
    """A word, how many records the words before it leave untagged and it would tag, and one of them."""

    word: str
    records: int
    example: str


class Suggestions(NamedTuple):
    """Records in all, those with a text that the lexicon does not tag, and the words that would tag the most."""

    records: int
    untagged: int
    words: list[Suggestion]


def suggest(texts: Mapping[str, int], lexicon: Lexicon, count: int = 20) -> Suggestions:
    """Greedy cover of the untagged texts by words; stop words and words that the lexicon knows are left out.

    `texts` maps each text to the number of its records. Of words that cover as many records, the first in the alphabet
    is taken, so the answer does not depend on the order of the texts.
    """
    known = {form for term in lexicon.terms for form in forms(term.key)}
    untagged = {text: number for text, number in texts.items() if text.strip() and not lexicon.tags(text)}
    holding: dict[str, set[str]] = defaultdict(set)
    for text in untagged:
        for word in WORD.findall(plain(text)):
            if word not in known and not CODE_LIKE.match(word):
                holding[word].add(text)
    covers = Counter({word: sum(untagged[text] for text in found) for word, found in holding.items()})
    words: list[Suggestion] = []
    while covers and len(words) < count:
        word, records = min(covers.items(), key=lambda item: (-item[1], item[0]))
        if not records:
            break
        covered = holding.pop(word)
        words.append(Suggestion(word, records, min(covered, key=lambda text: (-untagged[text], text))))
        for other in list(holding):
            for text in holding[other] & covered:
                covers[other] -= untagged[text]
            holding[other] -= covered
        del covers[word]
    return Suggestions(sum(texts.values()), sum(untagged.values()), words)
