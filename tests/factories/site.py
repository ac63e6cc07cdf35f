"""An instance with something on every page: two organisations with a case, a draft, a release, a publication, a story.

Contract tests walk it. A route that takes a new kind of id needs a line in ``Side.ids``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from sqlalchemy import select

from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.consents import services as consents
from incidents.erasure import services as erasure
from incidents.extensions import db
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.records.schema import Intervention, Share
from incidents.records.story import SIGNS
from incidents.reports.models import PublicationFile
from incidents.submissions import services as submissions
from incidents.submissions.models import Submission
from incidents.submissions.services import Sender
from tests.factories import documents, files
from tests.factories.facts import facts, keep
from tests.factories.keeping import kept
from tests.factories.sharing import befriend, share

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import Browser, Person, Team, World

QUESTION: Final = {
    "since": "2026-01",
    "until": "2026-12",
    "place": "WORLD",
    "series": "credible",
    "by": "violation_group",
    "by2": "gender",
}
SHOWN: Final = re.compile(r'name="shown" value="([0-9a-f]{64})"')
PUBLICATION: Final = {
    "kind": "report",
    "title": "A fictional report",
    "language": "en",
    "published_on": "2026-11-20",
    "text": "First paragraph of a fictional report.\n\nSecond paragraph.",
    "themes": "",
    "countries": "PH",
}


@dataclass
class Side:
    """An organisation's people and the ids of what they made."""

    team: Team
    #: A researcher whom nobody has admitted, and an analyst whom an administrator has disabled.
    waiting: Person
    disabled: Person
    ids: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """Two organisations that know nothing of each other's cases."""

    app: Flask
    world: World
    ours: Side
    theirs: Side


def build(world: World) -> Site:
    """Everything, once a process and database; afterwards it is put back as it was."""
    return kept(world, _built)


def _built(world: World) -> Site:
    """Everything, made through the pages wherever there is a page for it."""
    site = Site(world.app, world, _side(world), _side(world))
    befriend(site.ours.team, site.theirs.team)
    for side, other in ((site.ours, site.theirs), (site.theirs, site.ours)):
        side.ids |= _shared(side, other)
    return site


def _shared(side: Side, other: Side) -> dict[str, str]:
    """A case that the other shares with this side, and a proposal of this side's to share its case with the other."""
    _, received = share(other.team, side.team, with_identity=True)
    keys = keys_of(side.team.researcher.id, side.team.organisation_id, side.team.researcher.seed)
    opened = services.open_for_rules(keys, side.ids["incident_id"])
    proposed = Share(
        organisation_id=other.team.organisation_id, until=dt.date(2099, 1, 1), shared_by=side.team.researcher.id
    )
    services.update(keys, opened.document.model_copy(update={"shares": [proposed]}), expected=opened.revision)
    return {"partner_id": other.team.organisation_id, "share_id": received.id, "given_id": proposed.id}


def _side(world: World) -> Side:
    team = world.team()
    organisation = team.researcher.account.organisation
    waiting = world.person(Role.RESEARCHER, organisation)
    newcomer = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    disabled = world.person(Role.ANALYST, team.researcher.account.organisation)
    world.admit(team.researcher, disabled)
    accounts.set_disabled(disabled.id, disabled=True)
    side = Side(team, waiting, disabled)
    researcher, advocate = team.researcher.browser(), team.advocate.browser()
    side.ids = {
        **_case(team, researcher),
        "other_id": _other_account(team),
        "certificate_id": _certificate(team),
        **submission(team.field_worker),
        "account_id": newcomer.id,
        "organisation_id": team.organisation_id,
        # Of nobody: what belongs to one person has no id that somebody else could send.
        "factor_id": "0" * 32,
        "comparison": newcomer.comparison(),
        # Vouched for, and not given the log.
        "auditor_id": team.analyst.id,
        "release_id": _release(team, advocate),
        "ending": "csv",
        "number": "1",
        "name": "manifest.json",
        "code": "CMP_16D",
        "filename": "app.css",
        **publication(researcher),
        **_draft(researcher),
    }
    return side


def _case(team: Team, browser: Browser) -> dict[str, str]:
    whom = documents.person(name="Fictional Name")
    step = Intervention(type="INT_SPAL", date=documents.TODAY, deadline=documents.TODAY, demand="Fictional demand.")
    document = documents.about(
        whom,
        "POL_EXT",
        "LIB_ARR",
        interventions=[step],
        consents=[documents.consent(whom), documents.consent(whom, "CP_STORY")],
        sources=[documents.source(), documents.source()],
    )
    services.create(keys_of(team.researcher.id, team.organisation_id, team.researcher.seed), [document])
    case = document.incident.id
    browser.post(f"/cases/{case}/identity", {"reason": "to see that every page has something"})
    browser.post(f"/cases/{case}/summary", {"text": "Somebody was arrested somewhere.", "expected": "1"}, status=303)
    team.second_researcher.browser().post(
        f"/cases/{case}/summary/check", {"seen": "2", "signs": list(SIGNS)}, status=303
    )
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    summary = services.open_account(keys, case).document.summary_id or ""
    revision = services.open_account(keys, case).revision
    consents.issue(keys, case, whom.id, "harbour", revision)
    return {
        "incident_id": case,
        "person_id": whom.id,
        "step_id": step.id,
        "summary_id": summary,
        "evidence_id": files.added(keys, case),
    }


def _other_account(team: Team) -> str:
    """A case of the same day and place as the first one."""
    document = documents.document()
    services.create(keys_of(team.researcher.id, team.organisation_id, team.researcher.seed), [document])
    return document.incident.id


def _certificate(team: Team) -> str:
    """The certificate of a case that was erased."""
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    document = documents.document()
    services.create(keys, [document])
    return erasure.erase_cases(keys, [document.incident.id], "to see a certificate on its page")[0]


def _draft(browser: Browser) -> dict[str, str]:
    answer = browser.client.post("/drafts", data={"csrf_token": browser.token()})
    draft = answer.location.split("/")[2]
    entry = "e" * 32
    browser.post(f"/drafts/{draft}/people/{entry}", {"unit": "UNIT_IND", "gender": "GEN_W"}, status=303)
    return {"draft_id": draft, "entry_id": entry, "step": "people"}


def _release(team: Team, browser: Browser) -> str:
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"), facts(3, violation="TOR"))
    shown = SHOWN.search(browser.get("/releases/new?" + urlencode(QUESTION)))
    assert shown
    answer = browser.client.post("/releases/new", data={"csrf_token": browser.token(), **QUESTION, "shown": shown[1]})
    release_id: str = answer.location.rsplit("/", 1)[1]
    browser.post(f"/releases/{release_id}/public", {}, status=303)
    return release_id


def submission(person: Person) -> dict[str, str]:
    """Hand something in; the id of its row."""
    before = set(db.session.scalars(select(Submission.id)))
    submissions.submit(Sender(person.id, person.organisation_id, person.seed), documents.document())
    [new] = set(db.session.scalars(select(Submission.id))) - before
    return {"submission_id": new}


def publication(browser: Browser) -> dict[str, str]:
    """Publish a text with a file; the ids of both."""
    file = (io.BytesIO(b"A fictional text.\n"), "fictional.txt")
    answer = browser.client.post(
        "/reports/new",
        data={"csrf_token": browser.token(), **PUBLICATION, "file": file},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    publication = answer.location.rsplit("/", 1)[1]
    of_it = PublicationFile.publication_id == publication
    return {"publication_id": publication, "file_id": db.session.scalars(select(PublicationFile.id).where(of_it)).one()}
