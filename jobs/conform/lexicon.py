"""What free text says: subunit, maintainable item, failure mode and mechanism, by a lexicon that is data.

A lexicon is a CSV file, one term a line (`infra/lexicon`). It is compiled once to regular expressions and tables; both
readings of them, `Lexicon.tags` in plain Python and `Lexicon.tagged` on Spark columns, use those same rules, and a law
test holds the two equal.

How a text is read:

- Without regard to width, case and apostrophes; a blank in a term stands for any blanks, hyphens, dots and slashes, or
  none (`over heat` reads overheat, over-heat and over heat). Latin terms are whole words, in singular or plural. Korean
  terms may stand anywhere in a word (오일누유), but one whose first word is a single syllable must begin it.
- For each kind the text is read from left to right, and the longest term wins. A term with the code `-` says nothing:
  it keeps a shorter one from being read in it (축전지 is no 축).
- A failure mode or mechanism that is denied is not read: a word of denial before it (no leak, no sign of leak) or after
  it (누유 없음, 누유 흔적 없음, leak not found). Of a list only the nearest term is denied: 누유, 진동 없음 still says 누유.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.text import NARROW, WIDE
from jobs.contracts.document import nearest
from jobs.errors import UsageError
from jobs.tables.failure import MECHANISMS, MODES
from jobs.tables.text_tags import KINDS, TEXT_TAGS

LANGUAGES = ("ko", "en", "konglish", "abbreviation")
NEGATION = "negation"
STOP = "stop"
"""The kind of a word that is never suggested: it names no part and no fault."""
NEGATES = ("before", "between", "after")
"""Where a word of denial stands: before the term, between it and the denial (흔적, sign of), or after the term."""
DENIABLE = ("failure_mode", "mechanism")
NOTHING = "-"
"""The code of a term that says nothing."""
CODES: Mapping[str, tuple[str, ...]] = {
    "failure_mode": MODES,
    "mechanism": MECHANISMS,
    NEGATION: NEGATES,
    STOP: (NOTHING,),
}
"""What a kind's codes may be; of subunits and items ISO 14224 has names by class, and a site its own."""
HEADING = ["term", "language", "kind", "code", "note"]

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FROM = WIDE + _UPPER + "'’`´"
_TO = "".join(char.lower() if char in _UPPER else char for char in NARROW) + _UPPER.lower()
_TABLE = {ord(char): _TO[i] if i < len(_TO) else None for i, char in enumerate(_FROM)}
_GAP = r"[ \t\r\n\-_./]*"
_GAPS = re.compile(r"[ \t\r\n\-_./]+")
_LATIN, _HANGUL = "a-z0-9", "가-힣"


class LexiconError(UsageError):
    """A lexicon is wrong; one line per problem."""


class Tag(NamedTuple):
    """What a text says, and the words that say it (as they are compared: narrow, in small letters)."""

    kind: str
    code: str
    words: str


@dataclass(frozen=True)
class Term:
    """One line of a lexicon."""

    term: str
    language: str
    kind: str
    code: str
    note: str
    line: int

    @property
    def key(self) -> str:
        """The term as matched words are compared: without width, case and gaps."""
        return key(plain(self.term))


@dataclass(frozen=True)
class Lexicon:
    """Terms, compiled: of each kind one pattern, what denies it, and the code of each form of each term."""

    name: str
    terms: tuple[Term, ...]
    digest: str

    @cached_property
    def patterns(self) -> dict[str, str]:
        """A kind's terms, longest first."""
        return {kind: found for kind in KINDS if (found := _any_of(self._spelled(kind)))}

    @cached_property
    def denied(self) -> dict[str, str]:
        """A kind's terms where they are denied."""
        before, between, after = (
            _any_of(
                (term.term for term in self.terms if (term.kind, term.code) == (NEGATION, where)),
                begins_word=where != "between",  # particles do not
            )
            for where in NEGATES
        )
        gap = rf"{_GAP}(?:(?:{between or '(?!)'}){_GAP}){{0,3}}"
        found: dict[str, str] = {}
        for kind in (kind for kind in DENIABLE if kind in self.patterns):
            term = self.patterns[kind]
            ways = [f"(?:{before}){gap}(?:{term})"] * bool(before) + [f"(?:{term}){gap}(?:{after})"] * bool(after)
            found |= {kind: "|".join(ways)} if ways else {}
        return found

    @cached_property
    def codes(self) -> dict[str, dict[str, str]]:
        """Of each kind, the code of every form of every term."""
        return {
            kind: {form: t.code for t in self.terms if t.kind == kind for form in forms(t.key)}
            for kind in self.patterns
        }

    def _spelled(self, kind: str) -> list[str]:
        return [t.term for t in self.terms if t.kind == kind]

    def tags(self, text: str | None) -> list[Tag]:
        """What a text says, by kind and then as read; each tag once. The reference for `tagged`."""
        found: list[Tag] = []
        for kind, pattern in self.patterns.items():
            said = plain(text or "")
            if kind in self.denied:
                said = re.sub(self.denied[kind], " ", said)
            matched = [Tag(kind, self.codes[kind][key(words)], words) for words in re.findall(pattern, said)]
            found += [tag for tag in matched if tag.code != NOTHING]
        return list(dict.fromkeys(found))

    def tagged(self, text: Column) -> Column:
        """What a text says, as `text_tags` holds it; empty where it says nothing, or is null."""
        plain_text = F.translate(F.coalesce(text, F.lit("")), _FROM, _TO)
        read = [self._read(kind, pattern, plain_text) for kind, pattern in self.patterns.items()]
        return F.array_distinct(F.concat(F.array().cast(TEXT_TAGS), *read))

    def _read(self, kind: str, pattern: str, said: Column) -> Column:
        if kind in self.denied:
            said = F.regexp_replace(said, self.denied[kind], " ")
        code_of = F.map_from_arrays(*map(_array, zip(*self.codes[kind].items(), strict=True)))

        def tag(words: Column) -> Column:
            code = F.try_element_at(code_of, F.regexp_replace(words, _GAPS.pattern, ""))
            struct = F.struct(F.lit(kind).alias("kind"), code.alias("code"), words.alias("words"))
            return F.when(code != NOTHING, struct)

        return F.array_compact(F.transform(F.regexp_extract_all(said, F.lit(pattern), F.lit(0)), tag)).cast(TEXT_TAGS)


def plain(text: str) -> str:
    """The text as it is compared: narrow, small Latin letters, no apostrophes."""
    return text.translate(_TABLE)


def key(text: str) -> str:
    """Matched words without the gaps in them."""
    return _GAPS.sub("", text)


def forms(term: str) -> list[str]:
    """A term's key in singular and plural; a Korean one as it is."""
    return [term, term + "s", term + "es"] if re.search(f"[{_LATIN}]$", term) else [term]


def single_code(tags: str, kind: str) -> Column:
    """The code of a kind where a column of tags holds exactly one; null where it holds none, or several that differ."""
    codes = F.array_distinct(F.expr(f"transform(filter({tags}, tag -> tag.kind = '{kind}'), tag -> tag.code)"))
    return F.when(F.size(codes) == 1, F.get(codes, F.lit(0)))


def _array(words: Iterable[str]) -> Column:
    """An array of words from one literal: Spark folds it, and a thousand literals take half a second to build."""
    return F.split(F.lit("\n".join(words)), "\n")


def _any_of(terms: Iterable[str], begins_word: bool = True) -> str:
    """A pattern that reads the longest of the terms; those of one first letter are tried together, to be quick.

    `begins_word` is whether a Korean term whose first word is a single syllable must begin a word.
    """
    by_first: dict[str, set[str]] = {}
    for term in terms:
        spelled = _GAPS.sub(" ", plain(term)).strip()
        by_first.setdefault(spelled[0], set()).add(spelled)
    return "|".join(
        _start(first)
        + re.escape(first)
        + "(?:"
        + "|".join(_rest(term, begins_word) for term in sorted(found, key=_longest_first))
        + ")"
        for first, found in sorted(by_first.items())
    )


def _longest_first(term: str) -> tuple[int, str]:
    return -len(key(term)), term


def _start(first: str) -> str:
    return f"(?<![{_LATIN}])" if re.match(f"[{_LATIN}]", first) else ""


def _rest(term: str, begins_word: bool) -> str:
    """A term after its first letter, and where its word may begin and end."""
    begins = f"(?<![{_HANGUL}].)" if begins_word and re.match(f"[{_HANGUL}]( |$)", term) else ""
    ends = f"(?:e?s)?(?![{_LATIN}])" if re.search(f"[{_LATIN}]$", term) else ""
    return begins + _GAP.join(re.escape(word) for word in term[1:].split(" ")) + ends


def load(path: Path) -> Lexicon:
    """Read and check a lexicon. Raises LexiconError with one line per problem: file, line, field, what was expected."""
    if not path.is_file():
        known = sorted(file.stem for file in path.parent.glob("*.csv"))
        raise LexiconError(f"{path}: no such lexicon{nearest(path.stem, known)}; {path.parent} has {', '.join(known)}")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise LexiconError(f"{path}:1: expected UTF-8 text; save the file as CSV UTF-8") from None
    lines = [(i, line) for i, line in enumerate(content.splitlines(), 1) if line.strip() and not line.startswith("#")]
    rows = [(number, next(csv.reader([line]))) for number, line in lines]
    if not rows or rows[0][1] != HEADING:
        raise LexiconError(f"{path}:{rows[0][0] if rows else 1}: expected the heading {','.join(HEADING)}")
    problems, terms = [], []
    for number, cells in rows[1:]:
        if len(cells) != len(HEADING):
            problems.append(f"{path}:{number}: expected {len(HEADING)} cells ({', '.join(HEADING)}), not {len(cells)}")
            continue
        said, language, kind, code, note = (cell.strip() for cell in cells)
        term = Term(said, language, kind, code, note, number)
        terms.append(term)
        problems += [f"{path}:{number}: {wrong}" for wrong in _problems(term)]
    problems += [f"{path}:{wrong}" for wrong in _twice(terms)]
    if problems:
        raise LexiconError("\n".join(problems))
    return Lexicon(path.stem, tuple(terms), hashlib.sha256(content.encode()).hexdigest())


def _problems(term: Term) -> Iterator[str]:
    if not term.key or re.search(r"[^\w+&%²]", term.key):
        yield f"term: expected a word or words, not {term.term!r}"
    if term.language not in LANGUAGES:
        yield f"language: expected one of {', '.join(LANGUAGES)}{nearest(term.language, LANGUAGES)}"
    kinds = (*KINDS, NEGATION, STOP)
    if term.kind not in kinds:
        yield f"kind: expected one of {', '.join(kinds)}, not {term.kind!r}{nearest(term.kind, kinds)}"
    elif not term.code:
        yield "code: is missing"
    elif (known := CODES.get(term.kind)) and term.code not in known and (term.code != NOTHING or term.kind == NEGATION):
        yield f"code: expected one of {', '.join(known)}, not {term.code!r}{nearest(term.code, known)}"


def _twice(terms: Iterable[Term]) -> Iterator[str]:
    """Terms of one kind that the same words would be read as."""
    first: dict[tuple[str, str], Term] = {}
    for term in terms:
        place = f"{term.kind} {term.code}" if term.kind == NEGATION else term.kind
        for form in forms(term.key):
            other = first.setdefault((place, form), term)
            if other is not term and (other.code != term.code or other.key == term.key):
                yield f"{term.line}: term: {term.term!r} is read as {other.term!r} of line {other.line} is"
                break
