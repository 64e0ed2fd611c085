"""Whoever asks in French reads French: every sentence, every kept reason, every command and its arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cards import Reader
from bot.commands import commands
from bot.commands.languages import about, about_argument
from bot.data import table
from tests.conftest import ROOT
from tests.worlds.facts import THEN

FRENCH = sorted((ROOT / "tests" / "transcripts").glob("*.fr.txt"))
READER = Reader(now=THEN, language="fr")


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
        ("rule", "3 letters differ", "3 lettres diffèrent"),
        ("rule", "something unheard of", "something unheard of"),
        (
            "because",
            "Xiaomi is watched here since 2021-01-14, asked for by ana (U1)",
            "Xiaomi est surveillé ici depuis le 2021-01-14, à la demande de ana (U1)",
        ),
        ("notice", "us_csl: could not be read", "us_csl : n’a pas pu être lue"),
        ("unsent", "mention is not among the kinds asked for", "mention n’est pas parmi les genres demandés"),
        ("nothing", "same name", "same name"),
    ],
)
def test_what_was_kept_in_english_is_retold(group: str, kept: str, told: str) -> None:
    """With what it was filled with; what is not known stays as it is, and so does everything for other readers."""
    assert READER.retell(group, kept) == told
    assert Reader(now=THEN).retell(group, kept) == kept
