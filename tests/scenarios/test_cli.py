"""`tocsin` as it is typed: a real process's code path, a real store, a press on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import __version__
from bot.cards import Reader
from bot.cli import app, main, outcome_words
from bot.ledger import Outcome
from bot.settings import load
from bot.sources import Source
from bot.watch import Watcher
from tests.conftest import ROOT
from tests.worlds.archive import Archive, entity
from tests.worlds.nouns import NOON
from tests.worlds.pages import rss, table
from tests.worlds.site import Site

#: Whoever sits at the terminal.
READER = Reader(now=NOON)
FILLER = [f"China Example Number {n} Group Co., Ltd." for n in range(20)]


class Terminal:
    """Types commands and reads answers, with settings of its own."""

    def __init__(self, home: Path, site: Site) -> None:
        self.home, self.site = home, site
        self.settings = {
            "TOCSIN_HOME": str(home / "home"),
            "TOCSIN_MIRROR": f"{site.url('/')}{{source}}",
            "TOCSIN_FEEDS": "none",
            "TOCSIN_SOURCES": "us_dod_cmc",
        }

    def type(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words), env=self.settings)

    def json(self, *words: str) -> Any:
        result = self.type(*words, "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return json.loads(result.stdout)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    with Site() as site:
        yield Terminal(tmp_path, site)


def test_from_nothing_to_an_alert(terminal: Terminal) -> None:
    """Watch, read, be told; the answers in JSON are those of docs/json.md."""
    assert "Watching Xiaomi, Huawei" in terminal.type("watch", "add", "Xiaomi", "Huawei").stdout
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    first = terminal.json("poll", "us_dod_cmc")
    assert (first["source"], first["first"], first["added"], first["quarantined"]) == ("us_dod_cmc", True, 20, False)
    terminal.site.shows("/us_dod_cmc", table([*FILLER, "Xiaomi Corporation"]))
    second = terminal.json("poll", "us_dod_cmc")
    assert (second["first"], second["added"], second["changed"], second["removed"]) == (False, 1, 0, 0)
    printed = terminal.type("run", "--once").stdout
    assert "IMPORTANT · Xiaomi added to" in printed
    assert "What it does not mean" in printed
    assert "added to" not in terminal.type("run", "--once").stdout, "an alert is printed once"


def test_what_a_reader_noticed_is_printed(terminal: Terminal) -> None:
    """Whoever polls by hand reads at once that the list has a column more."""
    wider = b"\n".join(line + (b",Orbit" if at == 0 else b",x") for at, line in enumerate(table(FILLER).splitlines()))
    terminal.site.shows("/us_dod_cmc", wider)
    printed = terminal.type("poll", "us_dod_cmc").stdout
    assert "first reading, 20 entries" in printed
    assert "noticed: unknown column: orbit" in printed


def test_look_up_in_another_script(terminal: Terminal) -> None:
    """小米 is Xiaomi, with the reason; what was asked is part of the answer."""
    terminal.site.shows("/us_dod_cmc", table([*FILLER, "Xiaomi Corporation"]))
    terminal.type("poll", "us_dod_cmc")
    answer = terminal.json("lookup", "小米")
    (match,) = answer["matches"]
    assert (match["source"], match["name"], match["verdict"]) == ("us_dod_cmc", "Xiaomi Corporation", "same")
    assert match["reasons"]
    assert [one["source"] for one in answer["read"]] == ["us_dod_cmc"]
    said = terminal.type("lookup", "小米").stdout
    assert "“Xiaomi” is on the one list read" in said


def test_an_import_counts_where_somebody_looks(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal, beside the answer; in a pipe there is the answer alone."""
    names = tmp_path / "names.txt"
    names.write_text("Example Works\nSample Electronics\n")
    assert terminal.type("watch", "import", str(names)).stderr == ""
    monkeypatch.setenv("FORCE_COLOR", "1")  # as rich knows a terminal
    assert "2 of 2 names looked up" in terminal.type("watch", "import", str(names)).stderr


def test_a_day_of_the_past_and_a_history(terminal: Terminal, tmp_path: Path) -> None:
    """Files of the past, then: what was true on a day, how it came about, in text, JSON, a table and a picture."""
    files = []
    for day, names in (("2021-01-07", []), ("2021-01-14", ["Xiaomi"]), ("2021-05-26", []), ("2021-06-03", [])):
        files.append(tmp_path / f"{day}.csv")
        files[-1].write_bytes(table([*FILLER, *names], start=min(day, "2021-01-14")))
    taken = terminal.type("backfill", "us_dod_cmc", *map(str, reversed(files)), "--dated")
    assert "2021-01-14 2021-01-14.csv: 1 added" in taken.stdout
    assert "2021-06-03 2021-06-03.csv: not modified, 0 added, 0 changed (0 materially), 1 removed" in taken.stdout

    assert (
        "On 2021-03-01 “Xiaomi” was on the one list read"
        in terminal.type("lookup", "Xiaomi", "--as-of", "2021-03-01").stdout
    )
    then = terminal.json("lookup", "小米", "--as-of", "2021-03-01")
    typed = terminal.json("lookup", "小米", "as_of:2021-03-01")
    assert (typed["query"], typed["as_of"], typed["matches"]) == ("小米", "2021-03-01", then["matches"])
    assert (then["as_of"], then["matches"][0]["known"], then["since"][0]["kind"]) == ("2021-03-01", "read", "delisted")
    assert terminal.json("lookup", "Xiaomi", "--as-of", "2021-06-04")["past"][0]["seen_off"].startswith("2021-06-03")

    told = terminal.type("history", "Xiaomi", "--picture", str(tmp_path / "xiaomi.png")).stdout
    assert "Listings: 1 · changes: 0 · delistings: 1" in told
    assert "A picture of time for Xiaomi" in told
    assert (tmp_path / "xiaomi.png").read_bytes().startswith(b"\x89PNG")
    data = terminal.json("history", "Xiaomi")
    assert [one["kind"] for one in data["events"]] == ["listed", "delisted"]
    assert data["lists"][0]["begun"].startswith("2021-01-07")

    rows = terminal.type("export", "history", "--company", "Xiaomi", "--csv").stdout.splitlines()
    assert rows[0] == "seen,list,edition,key,name,kind,field,old,new,sha256,url"
    assert len(rows) == 3
    assert terminal.json("export", "history", "--company", "Xiaomi")[0]["name"] == "Xiaomi"
    written = terminal.type("export", "history", "--company", "Xiaomi", "--output", str(tmp_path / "x.csv"))
    assert "x.csv: 2 rows" in written.stdout
    assert (tmp_path / "x.csv").read_text(encoding="utf-8").splitlines() == rows


def test_what_of_the_past_cannot_be_done(terminal: Terminal, tmp_path: Path) -> None:
    """Each says the thing, the value and the next step."""
    file = tmp_path / "2021-01-14.csv"
    file.write_bytes(table(FILLER))
    assert "Say --dated" in str(terminal.type("backfill", "us_dod_cmc", str(file)).exception)
    assert "There is no source “nothing”" in str(terminal.type("backfill", "nothing", str(file), "--dated").exception)
    missing = terminal.type("backfill", "us_dod_cmc", str(tmp_path / "2021-01-15.csv"), "--dated")
    assert "2021-01-15.csv: no such file; give the path of a file" in str(missing.exception)
    assert terminal.type("backfill", "us_dod_cmc", str(file), str(tmp_path / "2021-01-15.csv"), "--dated").exit_code
    assert terminal.json("sources")["sources"][0]["read_at"] is None, "nothing is taken when one of them is missing"
    assert terminal.json("backfill", "us_dod_cmc", str(file), "--dated")[0]["first"] is True
    nothing = terminal.type("history", "Acme Bakery", "--picture", str(tmp_path / "a.png"))
    assert "There is nothing to draw of 'Acme Bakery'" in str(nothing.exception)
    nowhere = str(tmp_path / "no" / "a.csv")
    refused = terminal.type("export", "history", "--company", "Xiaomi", "--output", nowhere)
    assert "cannot be written (No such file or directory); give another path" in str(refused.exception)
    assert "is no day" in terminal.type("lookup", "Xiaomi", "--as-of", "soon").stdout


def test_an_unknown_name_is_never_a_bare_no(terminal: Terminal) -> None:
    """Before and after a list was read."""
    assert "no list has been read yet" in terminal.type("lookup", "Acme Bakery").stdout
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("poll", "us_dod_cmc")
    said = terminal.type("lookup", "Acme Bakery").stdout
    assert "is not on the one list read" in said
    assert "Check the lists themselves before you rely on this." in " ".join(said.split())


def test_a_file_is_read_as_if_it_had_been_sent(terminal: Terminal, tmp_path: Path) -> None:
    """And a dry run writes nothing."""
    path = tmp_path / "list.csv"
    path.write_bytes(table(FILLER))
    dry = terminal.json("poll", "us_dod_cmc", "--file", str(path), "--dry-run")
    assert (dry["first"], dry["rows"]) == (True, 20)
    assert terminal.json("poll", "us_dod_cmc", "--file", str(path))["first"]
    assert terminal.json("poll", "us_dod_cmc", "--file", str(path))["unchanged"]
    missing = terminal.type("poll", "us_dod_cmc", "--file", str(tmp_path / "nothing.csv"))
    assert missing.exit_code == 1
    assert "nothing.csv" in str(missing.exception)


def test_an_error_page_is_quarantined_and_told(terminal: Terminal) -> None:
    """The poll was carried out, so the exit code is 0, and the answer says what happened."""
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("poll", "us_dod_cmc")
    terminal.site.shows("/us_dod_cmc", b"<!DOCTYPE html><html><title>Denied</title></html>")
    answer = terminal.json("poll", "us_dod_cmc")
    assert answer["quarantined"]
    assert "us_dod_cmc" in answer["why"]
    said = terminal.type("poll", "us_dod_cmc")
    assert said.exit_code == 0
    assert "not believed" in said.stdout
    assert "this reading was not believed" in terminal.type("run", "--once").stdout
    why = terminal.type("sources", "why", "us_dod_cmc").stdout
    assert "TROUBLE" in why
    assert "20 entries" in why


def test_a_damaged_reading_is_in_quarantine_with_its_evidence(terminal: Terminal, tmp_path: Path) -> None:
    """Until a good one comes. It waits for nobody's word: there is nothing in it to believe."""
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("poll", "us_dod_cmc")
    for times, cut in enumerate((b"", gzip.compress(table(FILLER))[:-9]), 1):
        path = tmp_path / "cut.csv.gz"
        path.write_bytes(cut)
        assert terminal.json("poll", "us_dod_cmc", "--file", str(path))["quarantined"]
        assert terminal.json("sources")["sources"][0]["quarantined"]
        evidence = terminal.json("sources", "why", "us_dod_cmc")
        assert (evidence["doubt"]["times"], evidence["rows"]) == (times, 20)
        assert evidence["doubt"]["sha256"] == sha256(cut).hexdigest()
    assert "Seen 2 times since" in terminal.type("sources", "why", "us_dod_cmc").stdout
    assert "no reading that waits" in terminal.type("sources", "accept", "us_dod_cmc").stdout
    terminal.type("poll", "us_dod_cmc")
    assert not terminal.json("sources")["sources"][0]["quarantined"]
    assert terminal.json("sources", "why", "us_dod_cmc")["doubt"] is None


def test_a_lost_half_may_be_accepted(terminal: Terminal) -> None:
    """By the command that the operators' card names."""
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("poll", "us_dod_cmc")
    terminal.site.shows("/us_dod_cmc", table(FILLER[:8]))
    assert terminal.json("poll", "us_dod_cmc")["quarantined"]
    assert "NOT BELIEVED since" in terminal.type("sources").stdout
    assert "60%" in terminal.type("sources", "why", "us_dod_cmc").stdout
    evidence = terminal.json("sources", "why", "us_dod_cmc")
    assert "60%" in evidence["doubt"]["why"]
    assert evidence["doubt"]["times"] == 1
    assert evidence["doubt"]["sha256"] != evidence["sha256"] != ""
    assert "will be believed" in terminal.type("sources", "accept", "us_dod_cmc").stdout
    assert terminal.json("poll", "us_dod_cmc")["pending"] == 12
    refused = terminal.type("sources", "accept", "us_dod_cmc")
    assert refused.exit_code == 1
    assert "no reading that waits" in refused.stdout


def test_a_source_that_is_down(terminal: Terminal) -> None:
    """Not read, exit code 1, and when it will be tried again."""
    terminal.site.is_busy("/us_dod_cmc")
    result = terminal.type("poll", "us_dod_cmc")
    assert result.exit_code == 1
    assert "not read" in result.stdout


def test_what_is_not_there_is_named(terminal: Terminal) -> None:
    """A source, a setting, a place, a command's argument."""
    assert "no source “us_ofac_sdm”. Did you mean us_ofac_sdn?" in str(terminal.type("poll", "us_ofac_sdm").exception)
    terminal.settings["TOCSIN_SOURCES"] = "us_nothing"
    assert "TOCSIN_SOURCES names us_nothing" in str(terminal.type("sources").exception)
    terminal.settings["TOCSIN_SOURCES"] = ""
    assert "is no place" in str(terminal.type("watch", "list", "--place", "nowhere").exception)


def test_watches_come_and_go(terminal: Terminal) -> None:
    """Add, list, remove; a name nobody watches is said."""
    assert "Nobody is watched here yet" in terminal.type("watch", "list").stdout
    terminal.type("watch", "add", "小米", "Acme Bakery")
    assert [one["name"] for one in terminal.json("watch", "list")["watching"]] == ["Xiaomi", "Acme Bakery"]
    assert "Already watched" in terminal.type("watch", "add", "Xiaomi").stdout
    assert terminal.json("watch", "remove", "小米") == {"removed": ["Xiaomi"], "unknown": []}
    gone = terminal.type("watch", "remove", "Nobody Inc")
    assert gone.exit_code == 1
    assert "was not watched here" in gone.stdout
    assert "300 at most" in terminal.type("watch", "add", "x" * 400).stdout


def test_feeds_come_and_go(terminal: Terminal) -> None:
    """A site's address is enough; a private address is refused unless the settings allow it."""
    terminal.site.shows("/rss", rss(("1", "Quiet", "x")), type="application/rss+xml")
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>'
    terminal.site.shows("/", page, type="text/html")
    refused = terminal.type("feed", "add", f"{terminal.site.url('')}/")
    assert refused.exit_code == 1
    assert "could not be read" in refused.stdout
    assert "TOCSIN_ALLOW_PRIVATE=true" in refused.stdout
    nowhere = terminal.json("feed", "add", "https://nowhere.invalid/rss")["error"]
    assert nowhere.count("nowhere.invalid/rss") == 1
    assert "tried again" not in nowhere
    terminal.settings["TOCSIN_ALLOW_PRIVATE"] = "true"
    added = terminal.json("feed", "add", f"{terminal.site.url('')}/")
    assert (added["url"], added["items"], added["new"]) == (f"{terminal.site.url('')}/rss", 1, True)
    assert terminal.json("feed", "list")["feeds"] == {added["id"]: added["url"]}
    assert "is read already" in terminal.type("feed", "add", f"{terminal.site.url('')}/rss").stdout
    assert terminal.json("feed", "remove", added["id"]) == {"removed": added["id"]}
    assert "No feed was added yet" in terminal.type("feed", "list").stdout
    terminal.site.shows("/page", b"<html><title>Plain</title></html>", type="text/html")
    assert "is no feed and points to none" in terminal.type("feed", "add", f"{terminal.site.url('')}/page").stdout


EXAMPLE = re.compile(r"^```\n\$ tocsin (match [^\n]+)\n(.+?)\n```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("typed", "printed"), EXAMPLE.findall((ROOT / "docs" / "matching.md").read_text(encoding="utf-8"))
)
def test_the_examples_of_the_manual_are_as_they_are_printed(terminal: Terminal, typed: str, printed: str) -> None:
    """docs/matching.md explains by answers of the program, and those change with its rules."""
    assert terminal.type(*shlex.split(typed)).stdout.rstrip() == printed


def test_the_doctor(terminal: Terminal) -> None:
    """One line each, NOT where something is missing, with the next step."""
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    sick = terminal.type("doctor")
    assert sick.exit_code == 1
    assert "NOT  watches: nobody is watched; next: tocsin watch add" in sick.stdout
    terminal.site.shows("/us_dod_cmc", b"")
    assert "NOT  us_dod_cmc: http://" in terminal.type("doctor").stdout, "the source is named once"
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("watch", "add", "Xiaomi")
    healthy = terminal.type("doctor")
    assert healthy.exit_code == 0, healthy.stdout
    assert "ok   us_dod_cmc: 20 entries, believable" in healthy.stdout
    assert terminal.json("doctor", "--offline")["ok"]
    assert terminal.json("sources")["sources"][0]["read_at"] is None, "looking changes nothing"
    terminal.settings["TOCSIN_EVRY"] = "60"
    assert "NOT  settings: TOCSIN_EVRY is no setting, and nothing reads it; next: write TOCSIN_EVERY" in (
        terminal.type("doctor", "--offline").stdout
    )
    terminal.settings["TOCSIN_EVERY"] = "often"
    assert "NOT  settings" in terminal.type("doctor").stdout


def test_a_list_that_is_not_polled_is_read_from_files(terminal: Terminal, tmp_path: Path) -> None:
    """What such a poll advises can be done: to look why it was not believed, and to accept it."""
    head = "Name\tStreet_Address\tCity\tState\tCountry\tPostal_Code\tEffective_Date\tExpiration_Date\t"
    head += "Standard_Order\tLast_Update\tAction\tFR_Citation\n"
    row = "{name}\tA ST\tRENO\tNV\tUS\t1\t06/19/2003\t06/19/2033\tY\t2003-06-24\tFR NOTICE ADDED\t68.F.R. 38290\n"
    whole, half = tmp_path / "whole.txt", tmp_path / "half.txt"
    whole.write_text(head + "".join(row.format(name=f"PERSON {n}") for n in range(40)))
    half.write_text(head + "".join(row.format(name=f"PERSON {n}") for n in range(20)))
    terminal.type("poll", "us_bis_dpl", "--file", str(whole))
    assert "not believed" in terminal.type("poll", "us_bis_dpl", "--file", str(half)).stdout
    assert "20 of 40 entries gone" in terminal.type("sources", "why", "us_bis_dpl").stdout
    assert "us_bis_dpl" in terminal.type("sources").stdout
    assert terminal.type("sources", "accept", "us_bis_dpl").exit_code == 0
    assert "20 absent once" in terminal.type("poll", "us_bis_dpl", "--file", str(half)).stdout


def test_the_doctor_knows_where_nobody_would_hear_it(terminal: Terminal) -> None:
    """A watch in a channel, and an operators' channel, of a chat that has no token: messages would wait there."""
    terminal.type("watch", "add", "Xiaomi")
    terminal.type("watch", "add", "Huawei", "--place", "slack:T0/C9")
    terminal.settings["TOCSIN_OPERATORS"] = "discord:1/2"
    said = terminal.type("doctor", "--offline")
    assert said.exit_code == 1
    assert "NOT  watches: 1 of them are for slack, which has no token here; next:" in said.stdout
    assert "NOT  operators: discord:1/2 is told of trouble, and discord has no token here; next:" in said.stdout
    terminal.type("watch", "remove", "Huawei", "--place", "slack:T0/C9")
    del terminal.settings["TOCSIN_OPERATORS"]
    assert terminal.type("doctor", "--offline").exit_code == 0


def test_a_doctor_that_nobody_hears_to_the_end(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tocsin doctor | head -3`: the sources still being asked are let go of before the store closes."""
    asked, left = [], []

    async def never(self: Watcher, source: Source, **_: object) -> Outcome:
        asked.append(source.card.id)
        if len(asked) == 1:
            return Outcome(source=source.card.id)
        try:
            await asyncio.Event().wait()
        finally:
            left.append(await self.store.memory(source.card.id))
        raise AssertionError

    def breaks(text: str) -> None:
        if "believable" in text:
            raise BrokenPipeError

    monkeypatch.setattr(Watcher, "poll", never)
    monkeypatch.setattr("bot.cli._say", breaks)
    terminal.settings["TOCSIN_SOURCES"] = "us_dod_cmc,us_csl,un_sc"
    terminal.type("doctor")
    assert (len(asked), left) == (3, [None, None])


def test_a_language_that_is_not_spoken_is_refused(terminal: Terminal) -> None:
    """Rather than English without a word."""
    terminal.settings["TOCSIN_LANGUAGE"] = "de"
    assert "TOCSIN_LANGUAGE='de': Value error, must be en or fr" in str(terminal.type("status").exception)


def test_a_data_set_with_a_licence(terminal: Terminal) -> None:
    """Its licence is named wherever its data is shown: by the doctor, beside the list, its entries and its alerts."""
    terminal.settings |= {"TOCSIN_OPENSANCTIONS": "ch_seco_sanctions", "TOCSIN_SOURCES": "us_dod_cmc"}
    archive = Archive(terminal.site, "ch_seco_sanctions")
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("watch", "add", "Xiaomi")
    archive.publishes("20260701000000-aaa", entity("NK-1", "Example Works"))
    id, licence = "opensanctions.ch_seco_sanctions", "licence: CC BY-NC 4.0; commercial use needs a licence"
    assert f"ok   {id}: 1 entries, believable; {licence}" in terminal.type("doctor").stdout
    terminal.type("poll", id)
    archive.publishes("20260702000000-bbb", entity("NK-1", "Example Works"), entity("NK-x", "Xiaomi Corporation"))
    assert terminal.json("poll", id)["added"] == 1
    lines = " ".join(terminal.type("sources").stdout.split())
    assert "Swiss sanctions (SECO), by OpenSanctions: 2 entries, read" in lines
    assert lines.count("Licence: CC BY-NC 4.0") == 1, "that of the other list forbids nothing"
    assert "Licence: CC BY-NC 4.0; commercial" in " ".join(terminal.type("sources", "why", id).stdout.split())
    assert terminal.json("sources", "why", id)["licence"].startswith("CC BY-NC 4.0;")
    found = terminal.type("lookup", "Xiaomi").stdout
    assert "Swiss sanctions (SECO), by OpenSanctions" in found
    assert "Data under CC BY-NC 4.0." in found
    assert "It stands on a list that OpenSanctions repeats" in " ".join(found.split())
    printed = " ".join(terminal.type("run", "--once").stdout.split())
    assert "Xiaomi added to Swiss sanctions (SECO), by OpenSanctions" in printed
    assert "OpenSanctions Datenbanken GmbH · CC BY-NC 4.0" in printed


def test_why_and_unpark(terminal: Terminal) -> None:
    """What was sent, and why."""
    assert "Nothing was sent here yet" in terminal.type("why").stdout
    terminal.type("watch", "add", "Xiaomi")
    terminal.site.shows("/us_dod_cmc", table(FILLER))
    terminal.type("poll", "us_dod_cmc")
    terminal.site.shows("/us_dod_cmc", table([*FILLER, "Xiaomi Corporation"]))
    terminal.type("poll", "us_dod_cmc")
    (delivery,) = terminal.json("why")["deliveries"]
    assert "Xiaomi is watched here" in delivery["because"]
    assert "Xiaomi: listed (us_dod_cmc)" in terminal.type("why", delivery["key"]).stdout
    assert "No delivery" in terminal.type("why", "nokey").stdout
    assert "is parked" in terminal.type("unpark", "nokey").stdout


def test_a_key_for_the_tokens_of_workspaces(terminal: Terminal) -> None:
    """Nothing but the key, so that it can be piped into a file."""
    told = terminal.type("key").stdout
    assert len(told.strip()) == 44
    assert load(tocsin_key=told.strip()).tocsin_key


def test_two_names(terminal: Terminal) -> None:
    """`tocsin match` prints the verdict and its reasons."""
    assert terminal.json("match", "Xiaomi", "Xiaomi Corporation")["verdict"] == "same"
    said = terminal.type("match", "Xiaomi", "Xiamen Airlines").stdout
    assert said.startswith("not the same (0.")
    assert "possible" not in said
    assert "=" not in said.splitlines()[0]
    assert "needs two names" in str(terminal.type("match", "", "Xiaomi").exception)
    terminal.settings["TOCSIN_LANGUAGE"] = "fr"
    told = terminal.type("match", "Xiaomi", "小米").stdout
    assert told.startswith("la même entreprise (certain, 1,00)")
    assert "“" not in told


def test_a_story_is_read(terminal: Terminal, tmp_path: Path) -> None:
    """Whom it names, whether it is about a listing, which list; the watched names when somebody is watched."""
    path = tmp_path / "story.txt"
    path.write_text(
        "US adds Xiaomi to list of Chinese military companies\n"
        "The Pentagon added Xiaomi to its list of Chinese military companies on Thursday. Huawei was listed before.\n",
        encoding="utf-8",
    )
    answer = terminal.json("read", str(path))
    assert {one["company"]: one["role"] for one in answer["mentions"]} == {"Xiaomi": "subject", "Huawei": "mentioned"}
    assert (answer["listing_story"], answer["list"], answer["language"]) == (True, "us_dod_cmc", "en")
    terminal.type("watch", "add", "Xiaomi")
    assert [one["company"] for one in terminal.json("read", str(path))["mentions"]] == ["Xiaomi"]
    said = terminal.type("read", str(path)).stdout
    assert "About a listing: Xiaomi" in said
    assert "Chinese military companies" in said
    assert "No list has been read yet" in said


def test_a_story_is_read_from_an_address(terminal: Terminal) -> None:
    """The article without its menus, the same analysis as a file's; robots.txt and private addresses are heeded."""
    url = terminal.site.url("/news/cxmt")
    told = (
        "The Commerce Department added the memory chip maker CXMT to its Entity List on Monday, citing its support for "
        "the modernisation of the Chinese military.</p><p>CXMT said that the decision was baseless and that it would "
        "protect its rights and interests in accordance with the law."
    )
    terminal.site.shows(
        "/news/cxmt",
        '<html lang="en"><head><title>US adds CXMT to Entity List</title><meta property="og:site_name" content="Wire">'
        '<meta property="article:published_time" content="2024-12-02T15:05:00+01:00"></head><body><nav><a href="/">'
        f"Huawei</a></nav><article><h1>US adds CXMT to Entity List</h1><p>{told}</p></article></body></html>",
        type="text/html",
    )
    refused = terminal.type("read", url)
    assert refused.exit_code == 1
    assert "could not be read" in str(refused.exception)
    terminal.settings["TOCSIN_ALLOW_PRIVATE"] = "true"
    answer = terminal.json("read", url)
    assert [(one["company"], one["role"]) for one in answer["mentions"]] == [("CXMT", "subject")]
    assert (answer["list"], answer["stage"], answer["publisher"]) == ("us_bis_entity", "in_force", "Wire")
    assert answer["published"] == "2024-12-02T14:05:00+00:00"
    assert answer["disputes"].startswith("CXMT said that the decision was baseless")
    assert "Wire (other outlet). Published 2024-12-02 14:05 UTC." in terminal.type("read", url).stdout
    terminal.site.shows("/consent", "<html><body><h1>Before you continue</h1></body></html>", type="text/html")
    assert "shows a consent wall" in str(terminal.type("read", terminal.site.url("/consent")).exception)
    terminal.site.shows("/robots.txt", "User-agent: *\nDisallow: /news/", type="text/plain")
    terminal.home = terminal.home / "again"
    terminal.settings["TOCSIN_HOME"] = str(terminal.home)
    assert "robots.txt" in str(terminal.type("read", url).exception)


def test_the_touchstone(terminal: Terminal, shared: Path, tmp_path: Path) -> None:
    """The French story of 2021, whole: what it says, what that means, and the record on its day and today."""
    row = json.loads((shared / "stories" / "dev.jsonl").read_text(encoding="utf-8").partition("\n")[0])
    path = tmp_path / "story.txt"
    path.write_text(f"{row['title']}\n{row['text']}", encoding="utf-8")
    terminal.type("watch", "add", "Xiaomi", "Huawei", "TikTok")
    for names in ([*FILLER, "Xiaomi Corporation"], FILLER, FILLER):
        terminal.site.shows("/us_dod_cmc", table(names))
        terminal.type("poll", "us_dod_cmc")
    answer = terminal.json("read", str(path), "--date", "2021-02-10")
    assert {one["company"]: one["role"] for one in answer["mentions"]} == {
        "Xiaomi": "subject",
        "Huawei": "mentioned",
        "TikTok": "mentioned",
    }
    assert (answer["listing_story"], answer["list"], answer["stage"]) == (True, "us_dod_cmc", "in_force")
    assert answer["origin"] == "Android Authority"
    assert answer["reason"] in row["text"]
    assert answer["reason"].startswith("C’est une médaille remise par le régime chinois")
    assert answer["disputes"] == "Du côté de Xiaomi, on se défendait déjà de cette sanction jugée comme injuste."
    (record,) = next(one["record"] for one in answer["mentions"] if one["company"] == "Xiaomi")
    assert (record["badge"], record["on_the_day"], record["listed_on"]) == ("was_listed", "confirmed", "2021-01-14")
    said = " ".join(terminal.type("read", str(path), "--date", "2021-02-10").stdout.split())
    for part in (
        "About a listing: Xiaomi",
        "it is being watched",
        "13959",
        "The company disputes it",
        "On the day of the story (2021-02-10): confirmed, it was on that list. Today it is not.",
        "Huawei: mentioned",
        "TikTok: mentioned",
    ):
        assert part in said, part


def test_a_file_that_cannot_be_read(terminal: Terminal, tmp_path: Path) -> None:
    """Which, why, and what to give instead; letters that are no UTF-8 are no reason."""
    missing = terminal.type("read", str(tmp_path / "nothing.txt"))
    assert "nothing.txt: No such file or directory; give a text file" in str(missing.exception)
    path = tmp_path / "latin.txt"
    path.write_bytes("Un café vendu à Xiaomi".encode("latin-1"))
    assert [one["company"] for one in terminal.json("read", str(path))["mentions"]] == ["Xiaomi"]


def test_version(terminal: Terminal) -> None:
    """For reports."""
    assert terminal.type("version").stdout.strip() == __version__


def test_an_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """No traceback for what a person can mend."""
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    monkeypatch.setenv("TOCSIN_FEEDS", "none")
    monkeypatch.setattr("sys.argv", ["tocsin", "poll", "us_nothing"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("tocsin: There is no source “us_nothing”")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(source="s", first=True, added=3, rows=3), "s: first reading, 3 entries. They are history"),
        (Outcome(source="s", unchanged=True, rows=3), "s: not modified, 0 added"),
        (Outcome(source="s", pending=2, rows=3), "2 absent once, a second reading decides"),
    ],
)
def test_what_a_poll_came_to(outcome: Outcome, words: str) -> None:
    """In a line."""
    assert words in outcome_words(outcome, READER)
    assert "would raise" in outcome_words(Outcome(source="s"), READER, dry_run=True)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(source="s", first=True, added=3, rows=3), "s : première lecture, 3 fiches."),
        (Outcome(source="s", quarantined=True, why="s: vide"), "s : pas crue. vide"),
        (Outcome(source="s", why="s: 404"), "s : pas lue. 404"),
        (Outcome(source="s", pending=2, rows=3), "absentes une fois : 2, une seconde lecture en décidera"),
        (
            Outcome(source="s", alerts=1, deliveries=2, signals=("neuf",)),
            "donne 1 alerte, 2 messages\n  remarqué : neuf",
        ),
        (Outcome(source="s", signals=tuple("abcdefghijklm")), "et 3 de plus"),
    ],
)
def test_what_a_poll_came_to_in_french(outcome: Outcome, words: str) -> None:
    """Whoever set French reads French, with its spaces before the colon."""
    assert words in outcome_words(outcome, replace(READER, language="fr")).replace("\u00a0", " ")


def test_a_file_that_is_not_there(terminal: Terminal) -> None:
    """Whoever gave a path is not sent to the settings, and the source is said once."""
    assert "/no/such.csv: no such file" in str(terminal.type("poll", "us_dod_cmc", "--file", "/no/such.csv").exception)
    assert "/: a folder; give the path" in str(terminal.type("poll", "us_dod_cmc", "--file", "/").exception)
    damaged = Outcome(source="us_csl", quarantined=True, why="us_csl: an empty body")
    assert outcome_words(damaged, READER) == "us_csl: not believed. an empty body"
    assert outcome_words(Outcome(source="s", alerts=1, deliveries=2), READER).endswith("raised 1 alert, 2 messages")


def test_what_cannot_be_done_is_json_where_json_was_asked_for(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/json.md promises it of every command, also of those that never come to the desk."""
    for name, value in terminal.settings.items():
        monkeypatch.setenv(name, value)
    for words in (["poll", "us_nothing"], ["read", "/no/such/file"], ["backfill", "us_csl", "/undated.csv", "--dated"]):
        monkeypatch.setattr("sys.argv", ["tocsin", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1
        told = capsys.readouterr()
        assert list(json.loads(told.out)) == ["error"]
        assert not told.err


def test_a_text_is_read_as_it_is_typed(terminal: Terminal) -> None:
    """`tocsin read TEXT` is in the manual; a text with nothing in it is said to be that."""
    said = terminal.json("read", "US adds Huawei to the Entity List because of national security")
    assert [one["company"] for one in said["mentions"]] == ["Huawei"]
    assert "Entity List (BIS)" in terminal.type("read", "US adds Huawei to the Entity List").stdout
    assert terminal.json("read", "Huawei " * 3_000)["title"].startswith("Huawei")
    for nothing in ("", "   "):
        assert "give a text file, - for what is piped in, an address, or the text" in str(
            terminal.type("read", nothing).exception
        )


def test_what_the_manual_shows_can_be_typed(terminal: Terminal) -> None:
    """The version both ways, help of one command, an audit from a day on, a mute whose span is asked for."""
    assert terminal.type("--version").stdout == terminal.type("version").stdout == f"{__version__}\n"
    assert terminal.json("version") == {"version": __version__}
    assert "as_of" in terminal.type("help", "lookup").stdout
    assert "watch add" in terminal.type("help").stdout
    assert terminal.json("audit", "2026-01-31") == terminal.json("audit", "--since", "2026-01-31") == {"acts": []}
    assert terminal.json("export", "acts") == {"acts": []}
    assert "error" in terminal.json("alert", "mute", "nothing")


def test_triage_and_its_audit(terminal: Terminal) -> None:
    """What is done with an alert, shown again, and exported for a spreadsheet."""
    assert terminal.type("export", "acts", "--csv").stdout == "when,who,what,company,place,why,evidence,message\n"
    terminal.type("watch", "add", "Xiaomi")
    for names in (FILLER, [*FILLER, "Xiaomi Corporation"]):
        terminal.site.shows("/us_dod_cmc", table(names))
        terminal.json("poll", "us_dod_cmc")
    terminal.type("run", "--once")
    (delivery,) = terminal.json("why", "Xiaomi")["deliveries"]
    key = delivery["key"]
    assert "Acknowledged: Xiaomi" in terminal.type("alert", "acknowledge", key).stdout
    assert "Noted: this is not Xiaomi" in terminal.type("alert", "not", key, "=HYPERLINK(1)").stdout
    assert "Taken back" in terminal.type("alert", "undo", key).stdout
    assert terminal.type("alert", "mute", key, "soon").exit_code == 1
    assert "Xiaomi is muted here until" in terminal.type("alert", "mute", key, "7d").stdout
    terminal.type("run", "--once")
    assert "Acknowledged by the command line" in terminal.type("show", key).stdout
    assert "5 acts here" in terminal.type("audit").stdout
    assert [act["what"] for act in terminal.json("audit")["acts"]] == [
        "muted",
        "reconsidered",
        "not_this",
        "acknowledged",
        "watched",
    ]
    _, *rows = terminal.type("export", "acts", "--csv", "--place", "console:").stdout.splitlines()
    assert [row.split(",")[2] for row in rows] == ["watched", "acknowledged", "not_this", "reconsidered", "muted"]
    assert ",'=HYPERLINK(1)," in rows[2]
    assert json.loads(terminal.type("export", "acts", "--place", "slack:T0/C9").stdout) == {"acts": []}
    assert "is no date" in str(terminal.type("export", "acts", "--since", "lately").exception)


def test_settings_typed_as_in_a_chat(terminal: Terminal) -> None:
    """`kinds:listed` on the command line is the option, not the name of a company."""
    terminal.type("watch", "add", "Xiaomi")
    assert "Settings of Xiaomi" in terminal.type("watch", "settings", "Xiaomi", "kinds:listed").stdout
    assert terminal.json("watch", "list")["watching"][0]["kinds"] == ["listed"]
