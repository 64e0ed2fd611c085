"""The phrase files of bot/data/phrases as things that can be asked: does this sentence speak of a list?

Sentences are asked in folded form (lower case, no accents, one blank between words), so a phrase written plainly in a
file meets every way of printing it. Chinese and Japanese have their blanks taken out; folding
makes traditional characters simplified, so that one phrase serves both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.data import shelf, table
from bot.matching.scan import folded

#: Languages written without blanks between words.
UNSPACED = frozenset({"zh", "ja"})
#: What a gap (`~`) in a phrase may hold: ten words, or twenty characters without blanks.
_GAP_WORDS = r"(?: [^ ]{1,40}){0,10}?"
_GAP_CHARACTERS = r".{0,20}?"
#: A sentence is asked up to this length; what is longer is a list or mark-up.
LONGEST_SENTENCE = 1_500


def plain(text: str, language: str) -> str:
    """A sentence as phrases are asked: folded, one blank between words and around."""
    words = folded(text[:LONGEST_SENTENCE]).text.split()
    if language in UNSPACED:
        return "".join(words)
    return f" {' '.join(words)} "


def compiled(phrases: Iterable[str], language: str) -> re.Pattern[str] | None:
    """One pattern for many phrases; None for none."""
    forms = sorted((_form(phrase, language) for phrase in phrases), key=len, reverse=True)
    return re.compile("|".join(forms)) if forms else None


def _form(phrase: str, language: str) -> str:
    pieces = phrase.split(" ~ ")
    if language in UNSPACED:
        return _GAP_CHARACTERS.join(re.escape(plain(piece.replace("*", ""), language)) for piece in pieces)
    return f"{_GAP_WORDS}".join(_words(piece) for piece in pieces) + "(?= )"


def _words(piece: str) -> str:
    """`plac* on` as a pattern: each word with the blank before it. `*liste` is any compound that ends so."""
    out = []
    for word in piece.split():
        body = " ".join(folded(word.replace("*", "")).text.split())
        before, after = ("[^ ]*" if star else "" for star in (word.startswith("*"), word.endswith("*")))
        out.append(f" {before}{re.escape(body)}{after}")
    return "".join(out)


class Whose:
    """Phrases that stand for names (lists, authorities), all searched at once, the longest first.

    One group for each phrase in one pattern would say which it was, but makes the search ten times slower; so what
    was met is looked up afterwards, and remembered.
    """

    def __init__(self, tables: Iterable[Mapping[str, Sequence[str]]], language: str) -> None:
        named = [(_form(phrase, language), name) for one in tables for name, listed in one.items() for phrase in listed]
        named.sort(key=lambda one: -len(one[0]))
        self._any = re.compile("|".join(form for form, _ in named))
        self._forms = [(re.compile(form), name) for form, name in named]
        self._known: dict[str, str] = {}

    def met(self, sentence: str) -> tuple[str, ...]:
        """The names of which a phrase stands in the sentence, in order."""
        found = self._any.findall(sentence)
        return tuple(dict.fromkeys(self._name(text) for text in found)) if found else ()

    def without(self, sentence: str) -> str:
        """The sentence with the phrases taken out."""
        return self._any.sub("", sentence)

    def _name(self, text: str) -> str:
        if text not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[text] = next(name for form, name in self._forms if form.match(f"{text} "))
        return self._known[text]


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """The phrases of one language, by table and name: `has(sentence, "stage", "relief")`."""

    language: str
    patterns: Mapping[tuple[str, str], re.Pattern[str]]
    outlets: tuple[str, ...]
    named: Whose  #: names of lists
    acting: Whose  #: names of authorities
    door: re.Pattern[str]  #: any of the phrases without which a sentence has nothing to say about a listing

    def has(self, sentence: str, kind: str, name: str) -> bool:
        pattern = self.patterns.get((kind, name))
        return pattern is not None and pattern.search(sentence) is not None

    def count(self, sentence: str, kind: str, name: str) -> int:
        pattern = self.patterns.get((kind, name))
        return 0 if pattern is None else len(pattern.findall(sentence))

    def lists(self, sentence: str) -> tuple[str, ...]:
        """The lists a sentence names, by id. The longest name wins: an unreliable entity list is no entity list."""
        return self.named.met(sentence)

    def authorities(self, sentence: str) -> tuple[str, ...]:
        """Who acts in a sentence; China's ministry of commerce is not the American one, whose name stands within."""
        return self.acting.met(sentence)

    def only_authorities(self, text: str) -> bool:
        """Whether nothing is left of a folded text when those who act are taken out: "the US Commerce Department"."""
        return bool(self.authorities(text)) and not self.acting.without(text).strip()

    def which(self, sentence: str, kind: str) -> tuple[str, ...]:
        """The names within a table of which a phrase occurs."""
        return tuple(name for (one, name), found in self.patterns.items() if one == kind and found.search(sentence))


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language; of English for a language that has no file."""
    known = language if language in shelf("phrases") else "en"
    tables = table(f"phrases/{known}")
    patterns: dict[tuple[str, str], re.Pattern[str]] = {}
    for kind in ("topic", "field", "stage", "why", "dispute"):
        for name, words in tables.get(kind, {}).items():
            pattern = compiled(words, known)
            if pattern is not None:
                patterns[kind, name] = pattern
    never = compiled(tables.get("origin", {}).get("never", ()), known)
    if never is not None:
        patterns["origin", "never"] = never
    return Phrases(
        known,
        patterns,
        tuple(tables.get("origin", {}).get("patterns", ())),
        Whose((tables.get("lists", {}), table("phrases/lists")["lists"]), known),
        Whose((tables["authority"],), known),
        _door(tables, known),
    )


def _door(tables: Mapping[str, Mapping[str, Sequence[str]]], language: str) -> re.Pattern[str]:
    topic, why = tables["topic"], tables["why"]
    ways = [
        *(topic[name] for name in ("list", "listed", "removed", "measure")),
        why["strong"],
        why["because"],
        why["announced"],
        tables["stage"]["relief"],
        tables["stage"]["court"],
        topic.get("noun", ()),
    ]
    named = (*tables["lists"].values(), *table("phrases/lists")["lists"].values())
    asked = {one for words in (*ways, *named) for one in words}
    return re.compile("|".join(sorted({_form(one, language) for one in _needed(asked, language)})))


def _needed(phrases: Collection[str], language: str) -> Iterator[str]:
    """The phrases without those that hold a shorter one: where only one of them must be met, `sanction*` stands for

    every phrase with a word that begins so, and the fewer there are the quicker the search.
    """
    if language in UNSPACED:
        whole = {plain(one, language) for one in phrases if " ~ " not in one}
        for one in phrases:
            pieces = [plain(piece, language) for piece in one.split(" ~ ")]
            if not any(part in piece and part != piece for part in whole for piece in pieces):
                yield one
        return
    single = {_bare(one): one.endswith("*") for one in phrases if len(one.split()) == 1 and not one.startswith("*")}
    stems = {text for text, open_ended in single.items() if open_ended}
    exact = single.keys() - stems - {""}
    for one in phrases:
        words = [(_bare(word), word.endswith("*")) for word in one.split() if word != "~" and not word.startswith("*")]
        alone = len(one.split()) == 1
        if not any(
            (not open_ended and not alone and text in exact)
            or any(text[:size] in stems for size in range(1, len(text) + (not alone)))
            for text, open_ended in words
        ):
            yield one


def _bare(word: str) -> str:
    """A word of a phrase, folded, without its stars; empty when it folds to several."""
    text = folded(word.replace("*", "")).text.strip()
    return "" if " " in text else text
