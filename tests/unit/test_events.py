"""Whether two stories tell one event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import Analysis, Mention, Role, Story, Verdict
from bot.stories import Told, blocks, find_event, same_event
from bot.stories.events import figures

DAY = datetime(2021, 1, 15, tzinfo=UTC)


def told(
    title: str,
    text: str = "",
    *,
    id: str = "1",
    language: str = "en",
    day: int | None = 0,
    companies: tuple[str, ...] = (),
    source: str = "",
    stage: str = "",
) -> Told:
    """A story as the watcher keeps it; with a source it is about a listing there."""
    published = None if day is None else DAY + timedelta(days=day)
    mentions = tuple(Mention(company=one, surface=one, where="title", start=0, role=Role.SUBJECT) for one in companies)
    analysis = Analysis(language=language, listing_story=bool(source), source=source, stage=stage, mentions=mentions)
    return Told.of(Story(source="test", id=id, url="", title=title, text=text, published=published), analysis)


def alike(a: Told, b: Told) -> bool:
    """The decision, after making sure that it is the same both ways and that the two would be compared at all."""
    assert same_event(a, b).verdict is same_event(b, a).verdict
    same = same_event(a, b).verdict is Verdict.SAME
    assert not same or blocks(a) & blocks(b)
    assert same_event(a, b).reasons
    return same


def test_rewritten_by_another_outlet() -> None:
    """Other words, same facts."""
    a = told("World Bank to lend Ukraine $150 mln for social support", "The World Bank approved a loan for Ukraine.")
    b = told("Ukraine gets $150 mln World Bank loan to support the poor", "A loan for Ukraine was approved.")
    assert alike(a, b)


def test_same_company_other_news() -> None:
    """A phone and a factory."""
    a = told("Xiaomi unveils Mi 11 phone", "The phone has a large screen.", companies=("xiaomi",))
    b = told("Xiaomi opens factory in Turkey", "The plant employs 2,000.", companies=("xiaomi",))
    assert not alike(a, b)


def test_one_listing_in_the_same_days() -> None:
    """Company, list, stage and day bind where words differ."""
    listing = {"companies": ("xiaomi",), "source": "us_dod_cmc"}
    a = told("US bans investment in Xiaomi", "Nine firms were added by the Pentagon.", stage="in_force", **listing)  # type: ignore[arg-type]
    b = told("Pentagon puts phone maker Xiaomi on list", "Shares fell 10%.", stage="announced", day=1, **listing)  # type: ignore[arg-type]
    assert alike(a, b)


def test_removal_months_later_is_another_event() -> None:
    """The list binds only in the same stage and time."""
    a = told("US puts Xiaomi on list", companies=("xiaomi",), source="us_dod_cmc", stage="in_force")
    b = told("US takes Xiaomi off list", companies=("xiaomi",), source="us_dod_cmc", stage="removed", day=118)
    assert not alike(a, b)


def test_other_languages_by_company_list_stage_and_day() -> None:
    """No word in common is needed; a week later it is no longer the same."""
    french = told("Xiaomi sur liste noire", language="fr", companies=("xiaomi",), source="us_dod_cmc", stage="in_force")
    chinese = told("小米被列入名单", language="zh", companies=("xiaomi",), source="us_dod_cmc", stage="in_force", day=1)
    later = told("小米被列入名单", language="zh", companies=("xiaomi",), source="us_dod_cmc", stage="in_force", day=9)
    assert alike(french, chinese)
    assert not alike(french, later)


def test_other_languages_other_companies() -> None:
    """Two companies of one edition are two events for their watchers."""
    a = told("Xiaomi sur liste noire", language="fr", companies=("xiaomi",), source="us_dod_cmc", stage="in_force")
    b = told("中芯被列入名单", language="zh", companies=("smic",), source="us_dod_cmc", stage="in_force")
    assert not alike(a, b)


def test_market_report_in_two_languages_by_its_figures() -> None:
    """Closing prices agree however they are grouped."""
    french = told("Wall Street", "Le Dow Jones a cédé 182,44 points à 26.469,89 ; le Nasdaq 10.363,18.", language="fr")
    japanese = told("ＮＹ株", "１８２ドル４４安の２万６４６９ドル８９、ナスダックは１万０３６３・１８。", language="ja")
    assert alike(french, japanese)


def test_same_words_other_figures() -> None:
    """The forecast for the 8th is not the one for the 18th."""
    assert not alike(
        told("Weather forecast for 8 November", day=None), told("Weather forecast for 18 November", day=None)
    )


def test_best_of_the_recent_ones() -> None:
    """Among several the nearest telling is found, and none when nothing fits."""
    new = told("Judge blocks Xiaomi ban", "A judge blocked it.", id="n", companies=("xiaomi",))
    near = told("Judge blocks US ban on Xiaomi", "A federal judge blocked the ban.", id="a", companies=("xiaomi",))
    far = told("Xiaomi sells more phones", "Sales rose.", id="b", companies=("xiaomi",))
    found = find_event(new, [far, near])
    assert found is not None
    assert found[0].id == "a"
    assert find_event(new, [far]) is None
    assert find_event(new, []) is None


def test_stories_of_nothing() -> None:
    """Empty texts are compared without harm and are not one event."""
    assert not alike(told("", day=None), told("", day=None))


def test_figures_in_one_spelling() -> None:
    """Grouping, full width and ten thousands do not matter; single digits are chance."""
    assert figures("26.469,89 and 26,469 and ２万６４６９ and 5") == {"26469", "89"}
