"""The list of publications: its filters, its order, what a campaign's page takes from it; on each database alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from incidents.codebook.services import codebook
from incidents.errors import Forbidden, NotFound
from incidents.extensions import db
from incidents.reports import campaigns, services
from incidents.reports.files import FileRefused
from incidents.reports.models import Publication, PublicationFile, PublicationType
from incidents.reports.services import Content, Filters, Upload

if TYPE_CHECKING:
    from tests.factories.world import Team, World

DAY = date(2026, 3, 5)


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def content(**changes: Any) -> Content:
    given: dict[str, Any] = {
        "kind": PublicationType.REPORT,
        "title": "A plainly fictional report",
        "language": "en",
        "published_on": DAY,
    }
    return Content(**given | changes)


def listed(**filters: Any) -> list[str]:
    """Titles of the list, in its order."""
    return [one.title for one in services.publications(Filters(**filters))]


@pytest.fixture
def several(team: Team) -> Team:
    """Four publications, each unlike the others."""
    for title, changes in {
        "first": {"themes": "T_LIFE T_HEALTH", "countries": "PH ID", "published_on": date(2024, 12, 31)},
        "second": {"themes": "T_HEALTH", "language": "th", "published_on": date(2025, 1, 1)},
        "third": {"kind": PublicationType.STORY, "countries": "ID", "campaign": "CMP_EVWUD"},
        "fourth": {"campaign": "CMP_16D", "published_on": DAY + timedelta(days=1)},
    }.items():
        services.add(team.advocate.organisation_id, content(title=title, **changes))
    return team


@pytest.mark.usefixtures("several")
def test_each_filter_narrows_to_what_it_says_newest_first() -> None:
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["fourth", "third", "second", "first"]),
        ({"kind": PublicationType.STORY}, ["third"]),
        ({"year": 2024}, ["first"]),
        ({"year": 2025}, ["second"]),
        ({"theme": "T_HEALTH"}, ["second", "first"]),
        ({"theme": "T_LIFE"}, ["first"]),
        ({"theme": "HEALTH"}, []),
        ({"theme": "_"}, []),
        ({"theme": "T_LIFE T_HEALTH"}, ["first"]),
        ({"country": "ID"}, ["third", "first"]),
        ({"country": "%"}, []),
        ({"language": "th"}, ["second"]),
        ({"campaign": "CMP_16D"}, ["fourth", "third"]),
        ({"campaign": "CMP_EVWUD"}, ["third"]),
        ({"campaign": "nonsense"}, []),
        ({"theme": "T_HEALTH", "country": "PH", "year": 2024}, ["first"]),
        ({"theme": "T_HEALTH", "country": "PH", "year": 2025}, []),
    ]
    assert [(filters, listed(**filters)) for filters, _ in expected] == expected


def test_what_is_of_one_day_has_one_order(team: Team) -> None:
    for number in range(6):
        services.add(team.advocate.organisation_id, content(title=f"{number}"))
    assert listed() == listed()
    assert [title for _, title in services.choices()] == listed()


def test_a_campaign_takes_its_own_days_and_not_one_more(team: Team) -> None:
    window = campaigns.window("CMP_16D", 2025)
    assert window
    for days in (-1, 0, 15, 16):
        services.add(
            team.advocate.organisation_id,
            content(title=f"day {days}", campaign="CMP_16D", published_on=window.first + timedelta(days=days)),
        )
    services.add(team.advocate.organisation_id, content(title="another", published_on=window.first))
    assert [one.title for one in services.in_window(window)] == ["day 0", "day 15"]


def test_a_refused_file_changes_and_adds_nothing(team: Team) -> None:
    organisation = team.advocate.organisation_id
    kept = services.add(organisation, content(title="kept"), Upload("a.pdf", b"%PDF-1.4"))
    wrong = Upload("a.pdf", b"MZ")
    with pytest.raises(FileRefused):
        services.add(organisation, content(title="new"), wrong)
    with pytest.raises(FileRefused):
        services.change(kept, organisation, content(title="changed"), wrong)
    db.session.rollback()
    assert listed() == ["kept"]
    assert db.session.query(PublicationFile).count() == 1


def test_what_belongs_to_another_organisation_is_not_changed_and_what_is_not_there_is_not_found(world: World) -> None:
    mine, theirs = world.team().advocate.organisation_id, world.team().advocate.organisation_id
    kept = services.add(mine, content(title="kept"), Upload("a.pdf", b"%PDF-1.4"))
    (file_id,) = db.session.query(PublicationFile.id).one()
    for attempt in (
        lambda: services.change(kept, theirs, content(title="taken over")),
        lambda: services.remove(kept, theirs),
        lambda: services.remove_file(kept, file_id, theirs),
        lambda: services.own(kept, theirs),
    ):
        with pytest.raises(Forbidden):
            attempt()
    for attempt in (
        lambda: services.change("0" * 32, mine, content()),
        lambda: services.remove("0" * 32, mine),
        lambda: services.remove_file(kept, "0" * 32, mine),
        lambda: services.file(kept, "0" * 32),
    ):
        with pytest.raises(NotFound):
            attempt()
    db.session.rollback()
    assert listed() == ["kept"]
    assert services.file(kept, file_id).content == b"%PDF-1.4"


def test_a_publication_that_answers_itself_can_be_taken_back(team: Team) -> None:
    organisation = team.advocate.organisation_id
    letter = services.add(organisation, content())
    services.change(letter, organisation, content(response_to_id=letter))
    services.remove(letter, organisation)
    assert db.session.query(Publication).count() == 0


def test_all_that_can_be_chosen_at_once_is_kept_whole(team: Team) -> None:
    themes = " ".join(code.code for code in codebook().vocabulary("themes"))
    countries = " ".join(code.code for code in codebook().countries())
    made = services.add(
        team.advocate.organisation_id,
        content(title="é" * 300, themes=themes, countries=countries, text="ع" * 100_000),
    )
    db.session.expire_all()
    found = services.get(made)
    assert (found.themes, found.countries, len(found.title), len(found.text)) == (themes, countries, 300, 100_000)
