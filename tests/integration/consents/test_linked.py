"""Whoever takes consent back is one human being: entries for them in other cases follow at once, whoever has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents import clock
from incidents.consents import services
from incidents.consents.services import Asked
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records import services as records
from incidents.sharing import services as sharing
from tests.factories import documents
from tests.factories.sharing import befriend, name_of, opened, share
from tests.factories.world import Browser
from tests.integration.consents.scenes import keys, receipt, saved, send, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.records.schema import CaseDocument, Consent
    from tests.factories.world import Team, World

#: What entries for one person share once somebody has decided that they are one.
NUMBER = 77


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def stranger(team: Team) -> Browser:
    return Browser(team.researcher.app.test_client())


def account(*purposes: str, recipient: str = "", **fields: object) -> CaseDocument:
    """One of several accounts of a person who agreed to these purposes."""
    whom = documents.person(counts_as=NUMBER, **fields)
    given = [documents.consent(whom, one, recipient=recipient if one == "CP_PART" else "") for one in purposes]
    return documents.about(
        whom, "POL_EXT", consents=given, sources=[documents.source(), documents.source(reliability="REL_B")]
    )


def counted(team: Team) -> int:
    db.session.rollback()
    return frame(facts_keys(team.analyst.id, team.analyst.seed)).rows.height


def now(team: Team, case: CaseDocument) -> CaseDocument:
    return records.open_account(keys(team.researcher), case.incident.id).document


def save(team: Team, case: CaseDocument, *more: Consent) -> None:
    mine = keys(team.researcher)
    found = records.open_account(mine, case.incident.id)
    changed = found.document.model_copy(update={"consents": [*found.document.consents, *more]})
    records.update(mine, changed, expected=found.revision)


def no_longer(document: CaseDocument) -> Sequence[str]:
    return sorted({row.purpose for row in document.consents if row.withdrawn_on})


@pytest.mark.parametrize("do", ["narrow", "all"])
def test_a_share_of_a_linked_account_closes_by_receipt_with_nobody_of_the_owner_logged_in(
    world: World, team: Team, stranger: Browser, do: str
) -> None:
    theirs = world.team()
    befriend(team, theirs)
    first = saved(team, account("CP_STAT", "CP_STORE", "CP_PART", recipient=name_of(theirs)))
    _, agreed = share(team, theirs, account("CP_STAT", "CP_STORE", "CP_PART", recipient=name_of(theirs)))
    holder = receipt(team, first)
    reader = opened(theirs.researcher)
    assert len(sharing.shared_with_us(reader)) == 1
    send(stranger, holder, do, purposes=["CP_PART"])
    assert sharing.shared_with_us(reader) == []
    with pytest.raises(NotFound):
        sharing.open_shared(reader, agreed.id)
    theirs.researcher.browser().post(f"/shared/{agreed.id}/read", status=404)


def test_what_else_was_taken_back_stands_in_the_shared_case_as_the_partner_reads_it(
    world: World, team: Team, stranger: Browser
) -> None:
    theirs = world.team()
    befriend(team, theirs)
    first = saved(team, account("CP_STAT"))
    _, agreed = share(team, theirs, account("CP_STAT", "CP_PART", recipient=name_of(theirs)))
    send(stranger, receipt(team, first), "narrow", purposes=["CP_STAT"])
    document = sharing.open_shared(opened(theirs.researcher), agreed.id).document
    assert no_longer(document) == ["CP_STAT"]


def test_a_share_that_rests_on_a_new_yes_stands_again_once_it_is_saved(
    world: World, team: Team, stranger: Browser
) -> None:
    theirs = world.team()
    befriend(team, theirs)
    first = saved(team, account("CP_STORE", "CP_PART", recipient=name_of(theirs)))
    case, _ = share(team, theirs, account("CP_STAT", "CP_PART", recipient=name_of(theirs)))
    send(stranger, receipt(team, first), "all")
    whom = now(team, case).persons[0]
    again = [documents.consent(whom, "CP_STORE"), documents.consent(whom, "CP_PART", recipient=name_of(theirs))]
    save(team, case, *again)
    assert len(sharing.shared_with_us(opened(theirs.researcher))) == 1
    # The first account says no still, and takes nothing back anew by being saved.
    save(team, first)
    assert len(sharing.shared_with_us(opened(theirs.researcher))) == 1


def test_counts_leave_out_every_account_and_go_on_to_once_one_of_them_was_saved(team: Team, stranger: Browser) -> None:
    first, other = saved(team, account("CP_STAT")), saved(team, account("CP_STAT"))
    assert counted(team) == 2
    send(stranger, receipt(team, first), "narrow", purposes=["CP_STAT"])
    assert counted(team) == 0
    save(team, first)
    assert counted(team) == 0
    assert no_longer(now(team, other)) == ["CP_STAT"]
    save(team, other)
    assert counted(team) == 0
    page = team.researcher.browser().get(f"/cases/{other.incident.id}/consent/{other.persons[0].id}/owed")
    assert "taken back on" in text_of(page)


def test_what_a_member_was_told_reaches_the_other_accounts_as_well(team: Team) -> None:
    first, other = saved(team, account("CP_STAT")), saved(team, account("CP_STAT"))
    asked = Asked(["CP_STAT"], "CB_SELF", clock.today())
    services.take_back(keys(team.researcher), first.incident.id, first.persons[0].id, asked, 2)
    assert counted(team) == 0
    assert no_longer(now(team, other)) == ["CP_STAT"]
    # Where it was written down it is said once.
    assert [row.purpose for row in now(team, first).consents if row.withdrawn_on] == ["CP_STAT"]


def test_whoever_agrees_again_in_one_account_is_counted_where_nothing_else_was_written(
    team: Team, stranger: Browser
) -> None:
    first, other = saved(team, account("CP_STAT")), saved(team, account("CP_STAT"))
    send(stranger, receipt(team, first), "narrow", purposes=["CP_STAT"])
    save(team, first, documents.consent(first.persons[0], "CP_STAT"))
    assert db.session.scalars(select(Withdrawal)).all() == []
    assert counted(team) == 2
    assert no_longer(now(team, other)) == []


def test_somebody_who_is_linked_with_nobody_leaves_one_row(team: Team, stranger: Browser) -> None:
    alone = documents.person()
    document = documents.about(alone, "POL_EXT", consents=[documents.consent(alone)])
    send(stranger, receipt(team, saved(team, document)), "narrow", purposes=["CP_STAT"])
    assert [row.person for row in db.session.scalars(select(Withdrawal))] == [f"{alone.cell_key:016x}"]
