"""Files as people send them: damaged, hidden in their names, chosen beside an error; and who may take them back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from incidents.database import writing
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.reports.models import Publication, PublicationFile
from tests.factories.facts import days, facts, keep
from tests.integration.reports.test_publications import PDF, attached, publish, send
from tests.unit.reports.test_files import GOOD, PACKED, png

if TYPE_CHECKING:
    from tests.factories.world import Team, World

SPOILT = bytearray(PACKED["letter.odt"])
SPOILT[SPOILT.index(b"PK\x01\x02") + 8] |= 1  # says that it is encrypted
REFUSED = [
    ("letter.odt", bytes(SPOILT), "not what its name says"),
    ("letter.docx", PACKED["letter.docx"][:60], "not what its name says"),
    ("table.csv", "Ωδή;1\n".encode("utf-16"), "not in UTF-8"),
    ("words.txt", b"caf\xe9", "not in UTF-8"),
    ("letter.pdf.exe", PDF, "cannot be published here"),
    ("letter", PDF, "cannot be published here"),
    ("letter.pdf", b"", "The file is empty"),
    ("picture.jpg", png(), "not what its name says"),
]
NAMES = [
    ("../../etc/passwd.pdf", "passwd.pdf"),
    ("fdp.\u202eexe\u202c.pdf", "fdp.exe.pdf"),
    ("رسالة ١.pdf", "رسالة ١.pdf"),
    (".pdf", "file.pdf"),
    ("a" * 400 + ".pdf", "a" * 120 + ".pdf"),
]


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def test_a_file_that_cannot_be_published_gets_a_sentence_and_nothing_is_saved(team: Team) -> None:
    browser = team.advocate.browser()
    for name, content, words in REFUSED:
        answer = send(browser, "/reports/new", file=attached(name, content))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, name
        assert words in page, name
        assert "Choose the file again" not in page, name
        assert "with a line break." in page, name
    assert db.session.query(Publication).count() == 0


def test_who_chose_a_file_beside_an_error_is_told_to_choose_it_again(team: Team) -> None:
    browser = team.advocate.browser()
    page = send(browser, "/reports/new", title="", file=attached("letter.pdf", PDF)).get_data(as_text=True)
    assert "Give it a title" in page
    assert "Choose the file again" in page
    assert "Choose the file again" not in send(browser, "/reports/new", title="").get_data(as_text=True)


def test_a_name_is_kept_as_far_as_it_is_safe_and_sent_in_both_spellings(team: Team) -> None:
    browser = team.advocate.browser()
    for name, kept in NAMES:
        publication = publish(team.advocate, file=attached(name, PDF))
        page = browser.get(f"/reports/{publication}")
        assert f"<bdi>{kept}</bdi>" in page.replace("&#34;", '"')
        path = re.search(rf"/reports/{publication}/files/[0-9a-f]+", page)
        assert path
        disposition = browser.client.get(path[0]).headers["Content-Disposition"]
        assert disposition.isascii()
        assert re.fullmatch(r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%~-]+", disposition, re.ASCII)


def test_every_kind_that_the_form_names_can_be_published_and_comes_back_byte_by_byte(team: Team) -> None:
    browser = team.advocate.browser()
    publication = publish(team.advocate)
    for name, content in GOOD.items():
        assert send(browser, f"/reports/{publication}/edit", file=attached(name, content)).status_code == 303
    page = browser.get(f"/reports/{publication}")
    paths = re.findall(rf'href="(/reports/{publication}/files/[0-9a-f]+)"><bdi>([^<]+)</bdi>', page)
    assert {name: browser.client.get(path).data for path, name in paths} == GOOD


def test_only_the_own_organisation_takes_a_file_back(world: World, team: Team) -> None:
    publication = publish(team.advocate, file=attached("letter.pdf", PDF))
    (file_id,) = db.session.query(PublicationFile.id).one()
    remove = f"/reports/{publication}/files/{file_id}/remove"
    world.team().advocate.browser().post(remove, status=403)
    team.analyst.browser().post(remove, status=403)
    assert db.session.query(PublicationFile).count() == 1
    page = team.analyst.browser().get(f"/reports/{publication}")
    assert "letter.pdf" in page
    assert remove not in page


def test_a_tab_between_words_stays_a_space(team: Team) -> None:
    publication = publish(team.advocate, title="Two\twords", text="a\tb")
    page = team.advocate.browser().get(f"/reports/{publication}")
    assert "Two words" in page
    assert "a b" in page


def test_counts_of_a_publication_heed_withdrawal_delay_and_grants(world: World, team: Team) -> None:
    publication = publish(team.advocate)
    kept = facts(31, reports=publication)
    soon = days(date.today() + timedelta(days=2))  # noqa: DTZ011 - the delay is judged by UTC days
    keep(
        team.researcher,
        kept,
        facts(17, reports=publication, violation="TOR"),
        facts(20, reports=publication, releasable_from=soon),
    )
    keep(world.team().researcher, facts(90, reports=publication))
    with writing(db.session):
        db.session.add_all(Withdrawal(person=f"{row.person:016x}", purpose="CP_STAT") for row in kept[:6])
    page = team.analyst.browser().get(f"/reports/{publication}")
    assert re.search(r'<th scope="row">All</th><td class="number"><bdi>42<', page)


def test_an_id_that_begins_like_another_counts_for_itself_alone(team: Team) -> None:
    publication = publish(team.advocate)
    keep(team.researcher, facts(31, reports=f"{publication}0 {publication[:-1]}"))
    assert "There are no persons to count" in team.analyst.browser().get(f"/reports/{publication}")
