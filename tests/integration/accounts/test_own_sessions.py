"""People see where they are logged in and can end it; nobody else sees it, and nobody ends another's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from incidents.accounts.models import StoredSession
from incidents.accounts.sessions import NOTE, TalaSession
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.envelope import SecretKey, Unopenable
from tests.factories.world import Browser

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World

TELEPHONE = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
COOKIE = "__Host-tala"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def on_telephone(person: Person) -> Browser:
    """Logged in over HTTP by a browser that says what it is."""
    browser = Browser(person.app.test_client())
    browser.client.environ_base["HTTP_USER_AGENT"] = TELEPHONE
    person.log_in(browser)
    return browser


def rows(person: Person) -> list[StoredSession]:
    db.session.rollback()
    return list(db.session.scalars(select(StoredSession).where(StoredSession.account_id == person.id)))


def id_of(browser: Browser, person: Person) -> str:
    """The id of this browser's row, from its own page."""
    page = browser.get("/account/sessions")
    buttons = re.findall(r'name="which" value="([0-9a-f]{64})"', page)
    assert set(buttons) == {row.id for row in rows(person)}
    return str(buttons[0])


def test_the_page_lists_every_log_in_and_says_which_is_this_one(team: Team) -> None:
    telephone = on_telephone(team.analyst)
    team.analyst.browser()
    page = telephone.get("/account/sessions")
    assert "<bdi>Firefox</bdi> on <bdi>Android</bdi>" in page
    assert page.count("this one</") == 1
    assert len(re.findall(r'value="[0-9a-f]{64}"', page)) == 2
    assert len(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", page)) >= 4


def test_of_the_browser_only_the_coarse_word_is_kept_and_under_the_persons_own_seed(team: Team) -> None:
    on_telephone(team.analyst)
    (row,) = rows(team.analyst)
    assert row.note is not None
    note = SecretKey(team.analyst.seed.raw).open(row.note, NOTE, row.id, row.account_id)
    assert b"Firefox" in note
    assert b"140" not in note
    with pytest.raises(Unopenable):
        SecretKey(team.advocate.seed.raw).open(row.note, NOTE, row.id, row.account_id)


def test_notes_are_of_one_length_whatever_the_browser(team: Team) -> None:
    on_telephone(team.analyst)
    team.analyst.browser()
    assert len({len(row.note or b"") for row in rows(team.analyst)}) == 1


def test_ending_one_ends_that_one_alone(team: Team) -> None:
    here, there = on_telephone(team.analyst), team.analyst.browser()
    here.post("/account/sessions", {"which": id_of(there, team.analyst)}, status=303)
    there.get("/account", status=401)
    here.get("/account")


def test_ending_all_others_keeps_this_one(team: Team) -> None:
    here, *others = (team.analyst.browser() for _ in range(3))
    here.post("/account/sessions", {"which": "others"}, status=303)
    here.get("/account")
    for other in others:
        other.get("/account", status=401)


@pytest.mark.parametrize("which", ["all", "this"])
def test_ending_all_or_this_one_leads_to_the_log_in_page(team: Team, which: str) -> None:
    here, there = (team.analyst.browser() for _ in range(2))
    named = id_of(here, team.analyst) if which == "this" else which
    here.post("/account/sessions", {"which": named}, status=303)
    here.get("/account", status=401)
    there.get("/account", status=401 if which == "all" else 200)


@pytest.mark.parametrize("extra", [{}, {"account_id": "theirs"}, {"id": "theirs"}])
def test_nobody_ends_a_session_of_somebody_else(team: Team, extra: dict[str, str]) -> None:
    theirs = team.advocate.browser()
    which = id_of(theirs, team.advocate)
    fields = dict.fromkeys(extra, team.advocate.id)
    team.analyst.browser().post("/account/sessions", {"which": which, **fields}, status=303)
    team.administrator.browser().post("/account/sessions", {"which": which, **fields}, status=303)
    theirs.get("/account")


def test_nobody_sees_a_session_of_somebody_else(team: Team) -> None:
    which = id_of(team.advocate.browser(), team.advocate)
    assert which not in team.analyst.browser().get("/account/sessions")
    assert which not in team.administrator.browser().get("/account/sessions")


def test_a_note_that_was_altered_or_moved_says_nothing_and_breaks_nothing(team: Team) -> None:
    here, there = on_telephone(team.analyst), on_telephone(team.analyst)
    mine, other = sorted(rows(team.analyst), key=lambda row: row.id)
    with writing(db.session):
        db.session.execute(update(StoredSession).where(StoredSession.id == mine.id).values(note=other.note))
        db.session.execute(update(StoredSession).where(StoredSession.id == other.id).values(note=b"\x01nothing"))
    page = here.get("/account/sessions")
    assert "Android" not in page
    assert "not known" in page
    there.get("/account/sessions")


def test_what_waits_for_a_second_factor_has_no_note(team: Team) -> None:
    """Without the passphrase's second half nobody is logged in, and nothing of them is written down."""
    assert TalaSession({}, cookie="x", presented=False, stored=False, times=None).seed is None  # type: ignore[arg-type]
    browser = Browser(team.analyst.app.test_client())
    browser.post(
        "/login", {"username": team.analyst.username, "passphrase": "plainly fictional passphrase"}, status=303
    )
    assert [row.note for row in rows(team.analyst)] == [None]
