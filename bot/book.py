"""The company book: who is who, and by which names people mean them.

`bot/data/companies.toml` is the book; this reads it and answers what somebody typed. A brand or a person that points
to a company resolves to the company, and `Found.via` says by which name, so that the answer can say so too ("Redmi is
a brand of Xiaomi"). Whom the book does not know is watched under the name as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from bot.data import table
from bot.errors import BadSettings, TellPerson
from bot.matching.fold import fold
from bot.matching.wording import core_of
from bot.matching.words import generic, read
from bot.model import Company, Identifier, Name, NameKind

#: The fields that hold names, and what kind of name each holds. Their order is the order in which names are shown.
_NAMES = {
    "native": NameKind.ALIAS,
    "legal": NameKind.ALIAS,
    "also": NameKind.ALIAS,
    "former": NameKind.FORMER,
    "acronyms": NameKind.ACRONYM,
    "weak": NameKind.WEAK,
    "brands": NameKind.BRAND,
    "people": NameKind.PERSON,
}
_WORDS = ("not_names", "tags", "tickers")
_KNOWN = {"id", "name", "country", "parent", "identifiers", *_NAMES, *_WORDS}
#: Names that mean one company only. Two companies may share initials, a founder or a short form.
_OWN = frozenset({NameKind.PRIMARY, NameKind.ALIAS, NameKind.FORMER})
#: A name of its own beats a former one, that beats initials, and so on down to a person.
_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            NameKind.PRIMARY,
            NameKind.ALIAS,
            NameKind.FORMER,
            NameKind.ACRONYM,
            NameKind.WEAK,
            NameKind.BRAND,
            NameKind.PERSON,
        )
    )
}


#: "name:Apple" is whoever is called exactly so, whatever the book knows by that word.
EXACTLY = "name:"
#: "company:apple" is the company of that id.
COMPANY = "company:"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


# ── Reading the table ─────────────────────────────────────────────────────────────────────────────────────────────


def parse(entries: Iterable[Mapping[str, Any]]) -> tuple[Company, ...]:
    """The companies of the table, in its order.

    Raises BadSettings, naming the entry, for an unknown field, an empty value, an id that is no slug or stands twice,
    a parent that is not in the book, and a name of one company that is also a name of another.
    """
    companies = tuple(_company(entry) for entry in entries)
    _refuse_doubles(companies)
    return companies


def _company(entry: Mapping[str, Any]) -> Company:
    slug = entry.get("id", "")
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise _bad(str(slug or entry.get("name", "?")), "its id is no slug; write for example id = 'zte'")
    if unknown := sorted(entry.keys() - _KNOWN):
        raise _bad(slug, f"field {unknown[0]!r} is not one of {', '.join(sorted(_KNOWN))}")
    return Company(
        id=slug,
        name=_word(slug, "name", entry.get("name", "")),
        names=_names(slug, entry),
        identifiers=tuple(_identifiers(slug, entry)),
        country=_country(slug, entry.get("country", "")),
        not_names=tuple(_list(slug, "not_names", entry.get("not_names", []))),
        tags=tuple(_list(slug, "tags", entry.get("tags", []))),
        parent=_word(slug, "parent", entry["parent"]) if "parent" in entry else "",
        from_book=True,
    )


def _names(id: str, entry: Mapping[str, Any]) -> tuple[Name, ...]:
    """Every name but the first, each once: the field that comes first in `_NAMES` says what it is."""
    names: dict[str, Name] = {}
    for field, kind in _NAMES.items():
        for language, text in _by_language(id, field, entry.get(field, [])):
            if text != entry["name"]:
                names.setdefault(text, Name(text, kind, language))
    return tuple(names.values())


def _by_language(id: str, field: str, value: Any) -> Iterator[tuple[str, str]]:
    """A plain list of names, or a table of lists by language."""
    if isinstance(value, Mapping):
        for language, texts in value.items():
            for text in _list(id, f"{field}.{language}", texts):
                yield language, text
    else:
        for text in _list(id, field, value):
            yield "", text


def _identifiers(id: str, entry: Mapping[str, Any]) -> Iterator[Identifier]:
    for ticker in _list(id, "tickers", entry.get("tickers", [])):
        if ":" not in ticker:
            raise _bad(id, f"ticker {ticker!r} names no exchange; write for example 'HKEX:1810'")
        yield Identifier("ticker", ticker)
    numbers = entry.get("identifiers", {})
    if not isinstance(numbers, Mapping):
        raise _bad(id, "identifiers is no table; write for example identifiers = { ISIN = ['US0378331005'] }")
    for kind, values in numbers.items():
        for value in _list(id, f"identifiers.{kind}", values):
            yield Identifier(kind, value)


def _country(id: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise _bad(id, f"country {value!r} is no two-letter code; write for example country = 'CN'")
    return value


def _list(id: str, field: str, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise _bad(id, f"{field} is {value!r}, expected a list of texts")
    return [_word(id, field, text) for text in value]


def _word(id: str, field: str, text: Any) -> str:
    if not isinstance(text, str) or not text.strip() or text != text.strip():
        raise _bad(id, f"{field} holds {text!r}; write a text without blanks around it, or leave the field out")
    return text


def _bad(id: str, what: str) -> BadSettings:
    return BadSettings(f"companies.toml, {id}: {what}")


def _refuse_doubles(companies: Sequence[Company]) -> None:
    ids: set[str] = set()
    owners: dict[str, str] = {}
    for company in companies:
        if company.id in ids:
            raise _bad(company.id, "stands twice; join the two entries")
        ids.add(company.id)
        for name in company.all_names():
            if name.kind in _OWN:
                _claim(owners, company.id, name.text)
        own = {fold(name.text) for name in company.all_names()}
        if denied := next((text for text in company.not_names if fold(text) in own), None):
            raise _bad(company.id, f"{denied!r} is among its names and its not_names; leave one out")
    for company in companies:
        if company.parent and company.parent not in ids:
            raise _bad(company.id, f"its parent {company.parent!r} is not in the book; add it or leave parent out")


def _claim(owners: dict[str, str], id: str, text: str) -> None:
    folded = fold(text)
    if not folded:
        raise _bad(id, f"{text!r} has no letter or digit to know it by; leave it out")
    if owners.setdefault(folded, id) != id:
        raise _bad(id, f"{text!r} is a name of {owners[folded]} too; keep it in one, or make it an acronym or weak")


# ── Asking it ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a typed name means."""

    company: Company
    via: Name | None = None  #: the book's name that was met; None when the id was typed or the book does not know it
    others: tuple[Company, ...] = ()  #: further companies known by the same name


def _core(text: str) -> str:
    """A name without its legal form, in one word; of a generic word nothing, for with another form it is another's."""
    words = core_of(text)
    units = read(" ".join(words)).units if len(words) == 1 else ()
    return "" if len(units) == 1 and generic(units[0]) else "".join(words)


class CompanyBook:
    """The companies, asked by what people type, by id, by tag and by parent."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self._companies = tuple(companies)
        self._by_id = {company.id: company for company in self._companies}
        self._by_name: dict[str, list[tuple[int, Company, Name]]] = {}
        for company in self._companies:
            for name in company.all_names():
                self._by_name.setdefault(fold(name.text), []).append((_RANK[name.kind], company, name))
        for owners in self._by_name.values():
            owners.sort(key=lambda owner: owner[0])  # stable: in the order of the book where the rank is the same

    def prepare(self) -> None:
        """Make at once, in whatever thread this is called, what the first name that nobody has would wait for."""
        _ = self._by_core

    def find(self, typed: str) -> Company:
        """The company of that id or name, or one made from the name as typed. Raises TellPerson as `resolve` does."""
        return self.resolve(typed).company

    def resolve(self, typed: str) -> Found:
        """Whom a typed name means, by which of its names, and who else has that name.

        `name:` before it asks for nobody of the book, `company:` for the one of that id and nobody else.

        Raises TellPerson when nothing is left of what was typed once punctuation is taken away.
        """
        text = " ".join(typed.split())
        exactly = text.startswith(EXACTLY)
        text = text.removeprefix(EXACTLY)
        folded = fold(text)
        if not folded:
            raise TellPerson(
                f"“{typed}” is no name to watch; write a company's name, for example Xiaomi",
                key="desk.no_name",
                typed=typed[:80],
            )
        if exactly:
            return Found(Company(id=f"{EXACTLY}{folded}", name=text))
        if text.startswith(COMPANY):
            return Found(self._of_id(text))
        if known := self._by_id.get(text):
            return Found(known, others=self._namesakes(folded, known))
        if folded not in self._by_name:
            return self._but_for_the_form(text) or Found(Company(id=f"{EXACTLY}{folded}", name=text))
        _, company, via = self._by_name[folded][0]
        return Found(company, via, self._namesakes(folded, company))

    @cached_property
    def _by_core(self) -> dict[str, dict[str, tuple[Company, Name]]]:
        """Made when a name is asked for that nobody has letter for letter, for it takes most of a second."""
        found: dict[str, dict[str, tuple[Company, Name]]] = {}
        for company in self._companies:
            for name in company.all_names():
                if name.kind in _OWN and (core := _core(name.text)):
                    found.setdefault(core, {}).setdefault(company.id, (company, name))
        return found

    def _but_for_the_form(self, text: str) -> Found | None:
        """The one company that has this name with another legal form, or other spaces: ZTE Corp, Gazprom PJSC."""
        core = _core(text)
        owners = [*self._by_core.get(core, {}).values()]
        if len(owners) != 1 or fold(text) in map(fold, owners[0][0].not_names):
            return None
        return Found(*owners[0])

    def _of_id(self, text: str) -> Company:
        known = self._by_id.get(text.removeprefix(COMPANY))
        if known is None:
            raise TellPerson(f"The company book has no {text[:80]!r}", key="desk.no_company", typed=text[:80])
        return known

    def _namesakes(self, folded: str, but: Company) -> tuple[Company, ...]:
        owners = (company for _, company, _ in self._by_name.get(folded, ()))
        return tuple({company.id: company for company in owners if company.id != but.id}.values())

    def get(self, id: str) -> Company | None:
        """The company of that id, or None."""
        return self._by_id.get(id)

    def companies(self) -> Sequence[Company]:
        return self._companies

    def tagged(self, tag: str) -> tuple[Company, ...]:
        """The companies that carry the tag, in the order of the book."""
        return tuple(company for company in self._companies if tag.casefold() in company.tags)

    def tags(self) -> tuple[str, ...]:
        """Every tag of the book, sorted."""
        return tuple(sorted({tag for company in self._companies for tag in company.tags}))

    def units(self, id: str) -> tuple[Company, ...]:
        """The companies of the book whose parent is this one."""
        return tuple(company for company in self._companies if company.parent == id)


@cache
def shipped() -> CompanyBook:
    """The book that comes with Tocsin. Raises BadSettings as `parse` does."""
    return CompanyBook(parse(table("companies")["company"]))
