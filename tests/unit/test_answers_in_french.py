"""Whoever asks in French reads French: every sentence, every kept reason, every command and its arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.cards import Reader, field_words
from bot.commands import commands
from bot.commands.languages import about, about_argument
from bot.data import table, typeset
from bot.model import FieldChange, Listing
from bot.wiring import official
from tests.conftest import ROOT
from tests.worlds.facts import THEN

FRENCH = sorted((ROOT / "tests" / "transcripts").glob("*.fr.txt"))
READER = Reader(now=THEN, language="fr")
PARKED = "x. Nothing is lost: mend it, then type there: unpark all. On the command line: tocsin unpark all --place y"


def sentences() -> Iterator[str]:
    """The stretches of our English sentences between what is filled in, long enough to be nobody else's words."""
    english, french = table("words/en"), table("words/fr")
    for group, texts in english.items():
        for name, text in texts.items():
            if text != french[group][name]:
                parts = (part.strip() for part in re.split(r"\{\w+\}", text) if len(part.split()) >= 3)
                yield from (part for part in parts if part not in french[group][name])
    for one in commands().values():
        yield one.about
        yield from (argument.about for argument in one.arguments)


@pytest.mark.parametrize("path", FRENCH, ids=lambda path: path.stem)
def test_no_answer_holds_an_english_sentence(path: Path) -> None:
    """In the transcripts, which ask for everything, and get every error."""
    said = " ".join(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("  "))
    assert not [one for one in sentences() if one in said]


def test_everything_is_asked_in_french() -> None:
    """Every command is played in both languages."""
    for ending in ("*.fr.txt", "*[!r].txt"):
        typed = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "transcripts").glob(ending))
        asked = {name for name in commands() if re.search(rf"^> /?{name}\b", typed, re.MULTILINE)}
        assert set(commands()) == asked, ending


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_explained_in_french(name: str) -> None:
    """What it does, and each thing it takes."""
    assert about(name, "fr"), name
    for argument in commands()[name].arguments:
        assert about_argument(name, argument.name, "", "fr"), f"{name} {argument.name}"


def rules() -> Iterator[str]:
    """Every rule of a match that is written out in the program."""
    for name in ("compare", "whom", "align", "evidence", "words", "mentions"):
        tree = ast.parse((ROOT / "bot" / "matching" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Reason", "Objection"} and node.args:
                yield from _texts(node.args[0])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "ISIN" for part in node.values)
        if not text.startswith("ISIN"):
            yield text


@pytest.mark.parametrize("rule", sorted(set(rules())))
def test_every_rule_of_a_match_is_retold(rule: str) -> None:
    """A French reader is told why two names are one in French."""
    assert any(found in table("retold/fr")["rule"] for found in (rule, rule.replace("ISIN", "{kind}")))


@pytest.mark.parametrize(
    ("group", "kept", "told"),
    [
        ("rule", "same name", "même nom"),
        ("rule", "legal form ignored (alias zh, former name)", "forme juridique ignorée (alias zh, ancien nom)"),
        ("rule", "same name (acronym)", "même nom (sigle)"),
        ("rule", "same words, a brand", "mêmes mots, fiche de type marque"),
        ("rule", "same isin", "même isin"),
        ("rule", "same", "même nom"),
        ("rule", "3 letters differ", "3 lettres diffèrent"),
        ("rule", "something unheard of", "something unheard of"),
        (
            "because",
            "Xiaomi is watched here since 2021-01-14, asked for by ana (U1)",
            "Xiaomi est surveillé ici depuis le 2021-01-14, à la demande de ana (U1)",
        ),
        (
            "because",
            "Xiaomi is watched here since 2021-01-14, asked for by the command line",
            "Xiaomi est surveillé ici depuis le 2021-01-14, à la demande de la ligne de commande",
        ),
        ("notice", "us_csl: could not be read", "us_csl\u00a0: n’a pas pu être lue"),
        (
            "notice",
            "x. Nothing is lost: mend it, then run: tocsin unpark all --place y",
            typeset("x. Rien n’est perdu : réparez la cause, puis lancez : tocsin unpark all --place y"),
        ),
        (
            "notice",
            PARKED,
            typeset(
                "x. Rien n’est perdu : réparez la cause, puis tapez là-bas : unpark all. En ligne de commande : "
                "tocsin unpark all --place y"
            ),
        ),
        ("unsent", "mention is not among the kinds asked for", "mention n’est pas parmi les genres demandés"),
        ("nothing", "same name", "same name"),
    ],
)
def test_what_was_kept_in_english_is_retold(group: str, kept: str, told: str) -> None:
    """With what it was filled with; what is not known stays as it is, and so does everything for other readers."""
    assert READER.retell(group, kept) == told
    assert Reader(now=THEN).retell(group, kept) == kept


@pytest.mark.parametrize(
    "title",
    sorted(
        {
            *(
                source.card.title
                for id, source in official().items()
                if not id.startswith(("us_federal", "opensanctions"))
            ),
            *table("list_titles").values(),
        }
    ),
)
def test_every_list_has_a_title_in_french(title: str) -> None:
    """With its article: "inscription sur la liste SDN", "radiation de la liste SDN"; the Register keeps its name."""
    assert READER.retell("title", title).startswith("la ")


FILLED = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("name", ["words/fr", "command_words/fr", "retold/fr", "programmes"])
def test_french_is_set_as_printers_do(name: str) -> None:
    """Nothing breaks a line before a colon or inside quotation marks, and apostrophes are round."""
    for text in french(table(name), inside=name == "programmes"):
        assert not re.search(r" [:;!?»]|« ", text), text
        assert not re.search(r"\w'\w", FILLED.sub("x", text)), text


def french(found: object, *, inside: bool) -> Iterator[str]:
    """All texts of a table; of one with other languages those under `fr`."""
    if isinstance(found, dict):
        for key, one in found.items():
            yield from french(one, inside=inside and key != "fr")
    elif isinstance(found, list):
        for one in found:
            yield from french(one, inside=inside)
    elif isinstance(found, str) and not inside:
        yield found


def test_what_is_put_together_for_a_french_reader_has_french_marks() -> None:
    """Quotation marks, the colon behind a heading and the marks between several things are the reader's."""
    assert READER.quote("Xiaomi") == "«\u00a0Xiaomi\u00a0»"
    assert READER.told("NDAA s. 1237", "Trésor") == "Trésor\u00a0: NDAA s. 1237"
    assert READER.row(["A", "B"]) == "A\u00a0; B"
    english = Reader(now=THEN)
    assert (english.quote("A"), english.told("b", "A"), english.row(["A", "B"])) == ("“A”", "A: b", "A; B")


def test_what_changed_of_an_entry_is_called_in_french() -> None:
    """No field of an entry is called by its name in the program."""
    told = field_words(FieldChange("listed_on", "", "2021-01-14"), READER)
    assert told == "date d’inscription\u00a0: rien → 2021-01-14"
    assert set(table("words/en")["field"]) == {one.name for one in fields(Listing)} - {"source", "key"}
