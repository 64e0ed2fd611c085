"""Whom a typed word means: a company, a tag or everything; or the question that has to be asked first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.book import COMPANY, EXACTLY, CompanyBook
from bot.cards import Reader
from bot.errors import TellPerson
from bot.matching.fold import fold
from bot.matching.near import nearly
from bot.matching.wordlike import wordlike
from bot.model import POINTERS, Company, Verdict
from bot.roll import Roll
from bot.watched import EVERYTHING, TAG

#: Answers offered to one question.
OFFERED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody to be watched."""

    typed: str
    target: str  #: as the subscription keeps it
    company: Company | None = None  #: nobody in particular for a tag or everything
    also: str = ""  #: the company of the book that an everyday word was taken for, unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a question, and what is typed to give it."""

    text: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What has to be asked before somebody can be watched."""

    typed: str
    several: bool  #: several companies have the name; else it is also an everyday word
    choices: tuple[Choice, ...]


def whom(typed: str, book: CompanyBook, roll: Roll, reader: Reader, *, sure: bool = False) -> Wish | Question:
    """Whom a word means. `sure` is for where nobody can be asked: then the likeliest company is taken.

    Raises TellPerson for what can be no name, and for a tag that no company has.
    """
    if typed == EVERYTHING:
        return Wish(typed=typed, target=EVERYTHING)
    if typed.casefold().startswith(TAG):
        return Wish(typed=typed, target=f"{TAG}{_tag(typed[len(TAG) :], book, reader)}")
    found = book.resolve(typed)
    company, word = found.company, ""
    if typed.startswith(EXACTLY):
        return Wish(typed=typed, target=f"{EXACTLY}{company.name}", company=company)
    if not typed.startswith(COMPANY):
        word = wordlike(typed, company if company.from_book else None)
        if (found.others or word) and not sure:
            question = _question(typed, (company, *found.others), book, roll, reader, several=bool(found.others))
            if question:
                return question
    target = company.name if company.from_book else typed
    return Wish(typed=typed, target=target, company=company, also=company.name if word and company.from_book else "")


def _tag(typed: str, book: CompanyBook, reader: Reader) -> str:
    tag = typed.strip().casefold()
    tags = book.tags()
    if tag in tags:
        return tag
    close = [tags[at] for at in nearly(tag, tags, 3)] or [one for one in tags if one.startswith(tag[:2])][:8]
    some = ", ".join(f"{TAG}{one}" for one in close or tags[:8])
    raise TellPerson(reader.say("watch.no_tag", tag=reader.clean(typed, 60), some=some))


def _question(
    typed: str, companies: tuple[Company, ...], book: CompanyBook, roll: Roll, reader: Reader, *, several: bool
) -> Question | None:
    """What is meant by a name of several, or by an everyday word; nothing to ask where there is only one answer."""
    known = [one for one in companies if one.from_book] or _beginning(typed, book)
    choices = [
        Choice(text=_called(one, reader), names=f"{COMPANY}{one.id}")
        for one in dict.fromkeys(known)  # a company may be known under the word by several of its names
    ]
    if not companies[0].from_book:
        listed = roll.complete(f"{typed} ", OFFERED)
        choices += [
            Choice(text=reader.say("watch.listed_name", name=reader.clean(one, 60)), names=one) for one in listed
        ]
    if not choices:
        return None
    exactly = Choice(text=reader.say("watch.exactly", name=typed), names=f"{EXACTLY}{typed}")
    return Question(typed=typed, several=several, choices=(*choices[:OFFERED], exactly))


#: The score of two names that differ in nothing but case, accents and spaces.
LETTER_FOR_LETTER = 0.999


def _beginning(typed: str, book: CompanyBook) -> list[Company]:
    """Companies of the book with a name that begins with this word."""
    start = f"{typed.casefold()} "
    return [
        company
        for company in book.companies()
        if any(name.text.casefold().startswith(start) for name in company.all_names() if name.kind not in POINTERS)
    ]


def _called(company: Company, reader: Reader) -> str:
    return reader.say("watch.the_company", name=company.name, country=company.country)


def meant(typed: str, company: Company, book: CompanyBook, roll: Roll) -> tuple[str, ...]:
    """Names that may have been meant by one that the book does not know, and no list in exactly this spelling.

    Where a list has it in nearly this spelling, only the book's names are offered: they recognise more.
    """
    if company.from_book or typed.startswith(EXACTLY):
        return ()
    listed = [one.match.score for one in roll.of(company) if one.match.verdict is Verdict.SAME]
    if max(listed, default=0.0) >= LETTER_FOR_LETTER:
        return ()
    names, companies = _spellings(book)
    ours = [companies[at] for at in nearly(fold(typed), names, 2 * OFFERED)]
    theirs = [] if listed else roll.spelled_like(typed, OFFERED)
    return tuple({name.casefold(): name for name in reversed([*ours, *theirs])}.values())[::-1][:OFFERED]


@lru_cache(maxsize=4)
def _spellings(book: CompanyBook) -> tuple[list[str], list[str]]:
    """Every folded name of the book but persons and brands, and the company's own name beside each."""
    pairs = {
        (fold(name.text), company.name)
        for company in book.companies()
        for name in company.all_names()
        if name.kind not in POINTERS
    }
    return [name for name, _ in sorted(pairs)], [company for _, company in sorted(pairs)]
