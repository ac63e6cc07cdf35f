"""Stories told in public: word by word, withdrawn at once with nobody logged in, and nothing of them left."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import LargeBinary, func, select

from incidents.database import writing
from incidents.erasure import sweeping
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.keys import CaseKeys, keys_of
from incidents.records.story import SIGNS
from incidents.reports import services, told, withdrawing
from incidents.reports.models import Publication, PublicationFile
from incidents.stories import services as stories
from incidents.stories.services import Story
from tests.factories import documents as make
from tests.integration.reports.test_publications import PDF, attached, publish
from tests.integration.stories.test_stories import key_of, put

if TYPE_CHECKING:
    from tests.factories.world import Team, World

TODAY = dt.datetime.now(tz=dt.UTC).date()
TEXT = "A fictional canary of a story.\n\nIts second paragraph."
CANARY = "fictional canary"
TITLE = "A fictional title of a told story"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def tell(team: Team, summary_id: str, **changes: str) -> str:
    """Publish a story the way an advocate does; the id of the publication."""
    browser = team.advocate.browser()
    said = {"csrf_token": browser.token(), "title": TITLE, "language": "en", "campaign": "CMP_16D"} | changes
    answer = browser.client.post(f"/stories/{summary_id}/publish", data=said)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def left_in_tables(*words: str) -> list[str]:
    """Tables and columns in which any of these words stand in clear."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            values = db.session.scalars(select(column)).all()
            raw = isinstance(column.type, LargeBinary)
            texts = [value.decode("latin-1") if raw and value else str(value) for value in values]
            found += [f"{table.name}.{column.name}" for word in words if any(word in text for text in texts)]
    db.session.rollback()
    return found


def take_back(team: Team, summary_id: str) -> None:
    with writing(db.session):
        stories.take_back(team.organisation_id, summary_id)


# -- telling -------------------------------------------------------------------------------------------


def test_an_advocate_publishes_a_story_word_by_word(team: Team) -> None:
    summary = put(team, TEXT)
    advocate = team.advocate.browser()
    assert f"/stories/{summary}/publish" in advocate.get("/stories")
    assert "Its second paragraph." in advocate.get(f"/stories/{summary}/publish")
    publication = tell(team, summary, text="another text", kind="report")
    page = team.analyst.browser().get(f"/reports/{publication}")
    assert TITLE in page
    assert "A fictional canary of a story." in page
    assert "another text" not in page
    assert f"/reports/{publication}" in advocate.get("/stories")
    assert TITLE in advocate.get("/reports?kind=story&campaign=CMP_16D")


def test_a_story_without_a_title_comes_back(team: Team) -> None:
    summary = put(team, TEXT)
    page = team.advocate.browser().post(f"/stories/{summary}/publish", {"title": " ", "language": "xx"}, status=422)
    assert "Give it a title" in page
    assert db.session.scalar(select(func.count()).select_from(Publication)) == 0


def test_who_holds_no_key_of_it_can_neither_read_nor_publish_it(world: World, team: Team) -> None:
    summary, other = put(team, TEXT), world.team()
    for person, status in (
        (other.advocate, 404),
        (other.researcher, 404),
        (team.analyst, 403),
        (team.administrator, 403),
    ):
        person.browser().get(f"/stories/{summary}/publish", status=status)
        person.browser().post(f"/stories/{summary}/publish", {"title": TITLE, "language": "en"}, status=status)
    with pytest.raises(NotFound):
        told.publish(
            stories.keys_of(other.advocate.id, other.advocate.seed),
            summary,
            told.Frame(title=TITLE, language="en"),
            organisation_id=other.organisation_id,
            by=other.advocate.id,
            today=TODAY,
        )


def test_a_story_is_written_nowhere_else(team: Team) -> None:
    browser = team.advocate.browser()
    assert 'value="story"' not in browser.get("/reports/new")
    browser.post(
        "/reports/new", {"kind": "story", "title": TITLE, "language": "en", "published_on": "2026-01-01"}, status=422
    )
    assert not left_in_tables(TITLE)


def test_its_text_cannot_be_changed_and_no_file_be_added_only_what_stands_around_it(team: Team) -> None:
    publication = tell(team, put(team, TEXT))
    browser = team.advocate.browser()
    page = browser.get(f"/reports/{publication}/edit")
    assert 'name="text"' not in page
    assert 'name="file"' not in page
    browser.post(
        f"/reports/{publication}/edit",
        {"title": "Another title", "language": "fil", "text": "forged", "campaign": "", "kind": "report"},
        status=303,
    )
    found = db.session.get_one(Publication, publication, populate_existing=True)
    assert (found.title, found.language, found.text, found.campaign) == ("Another title", "fil", TEXT, "")
    content = services.Content(kind=found.kind, title="x", language="en", published_on=TODAY, text="forged")
    with pytest.raises(services.ConsentIsForItsText):
        services.change(publication, team.organisation_id, content)


# -- withdrawing ---------------------------------------------------------------------------------------


def says_only_that_it_was_withdrawn(team: Team, publication: str, *, of: str = CANARY) -> None:
    """For everybody, on its page, in the list, in forms that offer publications, and on the page of its campaign."""
    for person in (team.advocate, team.analyst, team.administrator, team.researcher):
        browser = person.browser()
        page, listed = browser.get(f"/reports/{publication}"), browser.get("/reports")
        pages = [page, listed, browser.get(f"/reports/campaigns/CMP_16D?year={TODAY.year}")]
        pages += [browser.get("/reports/new")] if person in (team.advocate, team.researcher) else []
        assert not [page for page in pages if TITLE in page or of in page]
        assert "This was withdrawn" in page
        assert "Withdrawn on" in listed
    team.advocate.browser().get(f"/reports/{publication}/edit", status=410)


def test_a_story_that_is_taken_back_leaves_nothing_on_pages_and_nothing_in_the_tables(team: Team) -> None:
    summary = put(team, TEXT)
    publication = tell(team, summary)
    assert left_in_tables(TITLE, CANARY)
    take_back(team, summary)
    assert not left_in_tables(TITLE, CANARY, "CMP_16D")
    assert left_in_tables(summary) == []
    assert sweeping.pending() == {team.organisation_id: 1}
    says_only_that_it_was_withdrawn(team, publication)


def test_its_files_are_gone_with_410_and_replies_point_at_nothing(team: Team) -> None:
    publication = publish(team.advocate, title=TITLE, file=attached("canary.pdf", PDF + CANARY.encode()))
    reply = publish(team.advocate, kind="reply", response_to=publication)
    file = db.session.scalars(select(PublicationFile.id)).one()
    with writing(db.session):
        services.withdraw(publication, TODAY)
    assert not left_in_tables(TITLE, CANARY, "canary.pdf")
    team.analyst.browser().get(f"/reports/{publication}/files/{file}", status=410)
    team.analyst.browser().get(f"/reports/{publication}/files/{'0' * 32}", status=410)
    assert publication not in team.analyst.browser().get(f"/reports/{reply}")


def test_withdrawing_again_or_what_is_not_there_is_no_error_and_keeps_the_first_day(team: Team) -> None:
    publication = publish(team.advocate)
    for day in (TODAY, TODAY + dt.timedelta(days=1)):
        with writing(db.session):
            services.withdraw(publication, day)
            services.withdraw("0" * 32, day)
    assert db.session.get_one(Publication, publication).withdrawn_on == TODAY


def _withdrawn_and_failed(publication: str) -> None:
    with writing(db.session):
        services.withdraw(publication, TODAY)
        raise NotFound


def test_half_a_withdrawal_is_none(team: Team) -> None:
    publication = publish(team.advocate, title=TITLE)
    with pytest.raises(RuntimeError):
        services.withdraw(publication, TODAY)
    with pytest.raises(NotFound):
        _withdrawn_and_failed(publication)
    assert left_in_tables(TITLE)


def test_another_organisation_cannot_withdraw_it(world: World, team: Team) -> None:
    summary = put(team, TEXT)
    publication = tell(team, summary)
    take_back(world.team(), summary)
    assert db.session.get_one(Publication, publication).withdrawn_on is None


def test_the_same_text_given_again_leaves_it_standing_and_another_text_withdraws_it(team: Team) -> None:
    summary = put(team, TEXT)
    publication = tell(team, summary)
    until = TODAY + dt.timedelta(days=9)
    with writing(db.session):
        stories.give(key_of(team.researcher), summary, Story("FICTIONAL", TEXT, until))
    found = db.session.get_one(Publication, publication, populate_existing=True)
    assert (found.withdrawn_on, found.ends_on) == (None, until)
    with writing(db.session):
        stories.give(key_of(team.researcher), summary, Story("FICTIONAL", "a text that says less"))
    assert not left_in_tables(CANARY)


def test_on_the_day_consent_ends_it_is_seen_nowhere_and_the_next_writing_empties_it(team: Team) -> None:
    publication = tell(team, put(team, TEXT, until=TODAY + dt.timedelta(days=1)))
    assert "It may be told until" in team.analyst.browser().get(f"/reports/{publication}")
    with writing(db.session):
        db.session.get_one(Publication, publication).ends_on = TODAY
    says_only_that_it_was_withdrawn(team, publication)
    assert TITLE not in team.analyst.browser().get("/reports?campaign=CMP_16D")
    assert "Withdrawn on" not in team.analyst.browser().get("/reports?campaign=CMP_16D")
    publish(team.advocate)
    assert not left_in_tables(TITLE, CANARY)
    assert db.session.get_one(Publication, publication, populate_existing=True).withdrawn_on == TODAY


def test_a_story_whose_consent_has_ended_is_not_published(team: Team) -> None:
    summary = put(team, TEXT, until=TODAY)
    team.advocate.browser().post(f"/stories/{summary}/publish", {"title": TITLE, "language": "en"}, status=404)


def test_told_from_finds_only_what_stands(team: Team) -> None:
    first, second = put(team, TEXT), put(team, TEXT)
    publication = tell(team, first)
    tell(team, second)
    take_back(team, second)
    assert withdrawing.told_from([first, second]) == {first: publication}


# -- from the case -------------------------------------------------------------------------------------


def keys(team: Team) -> CaseKeys:
    one = team.researcher
    return keys_of(one.id, team.organisation_id, one.seed)


def case_with_summary(team: Team) -> tuple[str, str]:
    """A case whose person agreed to a story, and the id under which advocates received it."""
    whom = make.person()
    document = make.about(
        whom,
        "POL_EXT",
        consents=[make.consent(whom), make.consent(whom, "CP_STORY")],
        sources=[make.source(), make.source()],
    )
    records.create(keys(team), [document])
    case = document.incident.id
    team.researcher.browser().post(f"/cases/{case}/summary", {"text": TEXT, "expected": "1"}, status=303)
    checked = {"seen": "2", "signs": list(SIGNS)}
    team.second_researcher.browser().post(f"/cases/{case}/summary/check", checked, status=303)
    [received] = stories.received(team.advocate.id, team.advocate.seed, TODAY)
    return case, received.id


def save(team: Team, case: str, **update: Any) -> None:
    opened = records.open_account(keys(team), case)
    records.update(keys(team), opened.document.model_copy(update=update), expected=opened.revision)


def test_a_save_that_takes_consent_back_withdraws_and_any_other_save_does_not(team: Team) -> None:
    case, summary = case_with_summary(team)
    publication = tell(team, summary)
    save(team, case, interventions=[])
    assert db.session.get_one(Publication, publication).withdrawn_on is None
    consents = records.open_account(keys(team), case).document.consents
    gone = [
        row.model_copy(update={"answer": "no", "withdrawn_on": TODAY}) if row.purpose == "CP_STORY" else row
        for row in consents
    ]
    save(team, case, consents=gone)
    assert not left_in_tables(TITLE, CANARY)
    says_only_that_it_was_withdrawn(team, publication)


def test_nothing_in_clear_says_which_case_a_story_is_of(team: Team) -> None:
    case, summary = case_with_summary(team)
    publication = tell(team, summary)
    db.session.rollback()
    row = db.session.get_one(Publication, publication)
    said = " ".join(str(getattr(row, column.name)) for column in Publication.__table__.columns)
    assert case not in said
    assert not re.search(records.open_account(keys(team), case).document.incident.ref, said)
