"""Who may use which route: a line for every cell, and what no method, token or trick changes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from flask import request
from sqlalchemy import delete, func, select
from werkzeug.exceptions import InternalServerError
from werkzeug.routing import Rule

from incidents.accounts import services as accounts
from incidents.accounts.models import Organisation, Role
from incidents.audit.models import AuditEntry
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.models import Grant
from incidents.rotation import services as rotation
from incidents.web.access import EVERYONE, PUBLIC, access_of, asks_step_up, check_access
from tests.contracts.walking import ON_SQLITE, address, addresses, endpoint_of, walk
from tests.factories.site import PUBLICATION, QUESTION, Site, publication, submission
from tests.factories.world import PASSPHRASE, TOKEN, Browser

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.factories.world import Person

#: The columns of the table. All ids in an address are of "ours"; a stranger is a researcher of another organisation,
#: keyless is a researcher whom nobody has admitted yet.
ACTORS: Final = (
    *("anonymous", "researcher", "colleague", "keyless", "analyst"),
    *("advocate", "administrator", "disabled", "stranger"),
)
#: o answers, l to the log-in page (401), f forbidden (403), n is not found (404).
CONFIRM: Final = 'name="confirm-passphrase"'
LETTERS: Final = {401: "l", 403: "f", 404: "n"}
ANSWERS: Final = {200, 302, 303, 409, 422}
#: Everyone, and everyone who is logged in.
ANYONE: Final = "ooooooooo"
OFF: Final = "nnnnnnnnn"
MEMBERS: Final = "loooooolo"
#: Researchers, for what is nobody's in particular; for a case; for what is one researcher's own.
RECORDING: Final = "loofffflo"
CASE: Final = "looffffln"
OWN: Final = "lonnfffln"
#: Who records: without keys as well, since they hand in.
HANDING_IN: Final = "loooffflo"
#: For everyone who is logged in, but there is no such thing.
NOBODYS: Final = "lnnnnnnln"
#: Advocates; who may publish; who may count; administrators.
RELEASING: Final = "lffffoflf"
#: Who answers for a release: advocates and researchers who were granted the facts of the organisation that made it.
ANSWERING: Final = "looffoflf"
PUBLISHING: Final = "looofoflo"
COUNTING: Final = "loooooflo"
MANAGING: Final = "lfffffolf"
#: Who sees numbers and no case.
ASKING: Final = "lfffooflf"
TABLE: Final[dict[str, dict[str, str]]] = {
    "accounts.account": {"GET": MEMBERS, "POST": MEMBERS},
    "accounts.disable": {"POST": MANAGING},
    "accounts.enable": {"POST": MANAGING},
    "accounts.first_sight": {"POST": MEMBERS},
    "accounts.forget_device": {"POST": MEMBERS},
    "accounts.home": {"GET": ANYONE},
    "accounts.list_accounts": {"GET": MANAGING},
    "accounts.login": {"GET": ANYONE, "POST": ANYONE},
    "accounts.logout": {"POST": MEMBERS},
    "accounts.members": {"GET": "loofffflo"},
    "accounts.numbers": {"GET": MEMBERS},
    "accounts.recover": {"GET": ANYONE, "POST": ANYONE},
    "accounts.set_up": {"GET": ANYONE, "POST": ANYONE},
    "accounts.vouch": {"POST": "looffffln"},
    "asking.ask": {"POST": ASKING},
    "asking.compared": {"POST": ASKING},
    "asking.question": {"GET": ASKING},
    "audit.auditors": {"GET": RECORDING},
    "audit.check": {"GET": RECORDING},
    "audit.export": {"POST": RECORDING},
    # The number that is sent is another: they are asked to compare again.
    "audit.give": {"POST": RECORDING},
    "audit.log": {"GET": RECORDING},
    # An analyst who does not hold it.
    "audit.take_back": {"POST": "lnnffffln"},
    "casework.add_claim": {"POST": CASE},
    "casework.answer": {"POST": CASE},
    "casework.assign": {"POST": CASE},
    "casework.case": {"GET": CASE},
    "casework.comment": {"POST": CASE},
    "casework.decide": {"POST": CASE},
    "casework.decide_claims": {"POST": CASE},
    "casework.give_back": {"POST": CASE},
    "casework.hand_in": {"POST": CASE},
    "casework.review": {"GET": RECORDING},
    "casework.sign": {"POST": CASE},
    "casework.verify": {"GET": CASE},
    "consents.consent": {"GET": CASE},
    "consents.issue": {"POST": CASE},
    "consents.owed": {"GET": CASE},
    "consents.person": {"GET": CASE},
    "consents.receipt": {"GET": CASE},
    "consents.revoke": {"POST": CASE},
    "consents.take_back": {"POST": CASE},
    "erasure.case": {"GET": CASE},
    "erasure.certificate": {"GET": CASE},
    "erasure.certificate_text": {"GET": CASE},
    "erasure.erase": {"POST": CASE},
    "erasure.erase_person": {"POST": CASE},
    "erasure.hold": {"GET": CASE},
    "erasure.lift": {"POST": CASE},
    "erasure.listed": {"GET": RECORDING},
    "erasure.person": {"GET": CASE},
    "erasure.place": {"POST": CASE},
    "evidence.add": {"POST": CASE},
    "evidence.describe": {"POST": CASE},
    "evidence.edit": {"GET": CASE},
    "evidence.item": {"GET": CASE},
    "evidence.new": {"GET": CASE},
    "evidence.preview": {"GET": CASE},
    "evidence.removal": {"GET": CASE},
    "evidence.remove": {"POST": CASE},
    "evidence.take": {"POST": CASE},
    "factors.app": {"GET": MEMBERS, "POST": MEMBERS},
    "factors.begin_app": {"POST": MEMBERS},
    "factors.confirm": {"GET": MEMBERS, "POST": MEMBERS},
    "factors.factors": {"GET": MEMBERS},
    # Who waits for a second factor has no session that counts; everybody else is led to the log-in page.
    "factors.first": {"GET": ANYONE, "POST": ANYONE},
    # Without an address that has a name, no security key can be used.
    "factors.key": {"GET": NOBODYS, "POST": NOBODYS},
    "factors.remove": {"POST": NOBODYS},
    "factors.rename": {"GET": NOBODYS, "POST": NOBODYS},
    "factors.renew_recovery_code": {"POST": MEMBERS},
    "factors.second": {"GET": ANYONE, "POST": ANYONE},
    "accounts.set_up_with": {"GET": ANYONE},
    "administration.account": {"GET": MANAGING},
    "administration.change_role": {"POST": MANAGING},
    "administration.invite": {"GET": MANAGING, "POST": MANAGING},
    "administration.network": {"GET": MANAGING, "POST": MANAGING},
    "administration.organisations": {"GET": MANAGING, "POST": MANAGING},
    "administration.reset": {"POST": MANAGING},
    "administration.withdraw": {"POST": MANAGING},
    "intake.conflict": {"GET": OWN, "POST": OWN},
    "intake.discard": {"POST": OWN},
    "intake.draft": {"GET": OWN},
    "intake.edit": {"POST": CASE},
    "intake.entry": {"GET": OWN, "POST": OWN},
    "intake.names": {"GET": OWN, "POST": OWN},
    "inbox.accept": {"POST": CASE},
    "inbox.attach": {"POST": CASE},
    "inbox.decline": {"POST": CASE},
    "inbox.inbox": {"GET": RECORDING},
    "inbox.submission": {"GET": CASE},
    "intake.new": {"GET": HANDING_IN},
    "intake.quick": {"GET": HANDING_IN, "POST": HANDING_IN},
    "intake.remove": {"POST": OWN},
    "intake.start": {"POST": HANDING_IN},
    "intake.step": {"GET": OWN, "POST": OWN},
    "overlaps.case": {"GET": CASE},
    "overlaps.choose": {"POST": CASE},
    "overlaps.compare": {"GET": CASE},
    "overlaps.decide": {"POST": CASE},
    "overlaps.open_identities": {"POST": CASE},
    "overlaps.undo": {"POST": CASE},
    "overlaps.work": {"GET": RECORDING},
    "policy.keys": {"GET": MANAGING},
    "policy.trust": {"GET": RECORDING, "POST": RECORDING},
    "policy.vouches": {"GET": RECORDING, "POST": RECORDING},
    "preferences.healthz": {"GET": ANYONE},
    "preferences.language": {"POST": ANYONE},
    "publications.case": {"GET": CASE},
    "publications.name": {"POST": CASE},
    "publications.take_back": {"POST": CASE},
    # Without words there is nothing to open; whoever is logged in is nobody there.
    "receipts.act": {"POST": ANYONE},
    "receipts.note": {"GET": ANYONE},
    # An instance without a public page; with one: tests/integration/publishing.
    "publishing.feed": {"GET": OFF},
    "publishing.file": {"GET": OFF},
    "publishing.index": {"GET": OFF},
    "publishing.method_page": {"GET": OFF},
    "publishing.release": {"GET": OFF},
    "records.case": {"GET": CASE},
    "records.cases": {"GET": RECORDING},
    "records.check_summary": {"POST": CASE},
    "records.history": {"GET": CASE},
    "records.identity": {"GET": CASE},
    "records.make_anew": {"POST": RECORDING},
    "records.open_identity": {"POST": CASE},
    "records.summary": {"GET": CASE},
    "records.write_summary": {"POST": CASE},
    "recovery.recovery": {"GET": RECORDING, "POST": RECORDING},
    "releases.approve_public": {"POST": ANSWERING},
    "releases.ask_public": {"POST": ANSWERING},
    "releases.check": {"GET": MEMBERS},
    "releases.create": {"POST": RELEASING},
    "releases.download": {"GET": MEMBERS},
    "releases.end_public": {"POST": ANSWERING},
    "releases.new": {"GET": RELEASING},
    "releases.release": {"GET": MEMBERS},
    "releases.releases": {"GET": MEMBERS},
    "releases.signed_manifest": {"GET": MEMBERS},
    "releases.withdraw": {"GET": ANSWERING, "POST": ANSWERING},
    "reports.all_campaigns": {"GET": MEMBERS},
    "reports.campaign": {"GET": MEMBERS},
    "reports.download": {"GET": MEMBERS},
    # Publications of others are there for all to read, so that "forbidden" gives nothing away.
    "reports.edit": {"GET": "looofoflf", "POST": "looofoflf"},
    "reports.new": {"GET": PUBLISHING, "POST": PUBLISHING},
    "reports.remove": {"POST": "looofoflf"},
    "reports.remove_file": {"POST": "looofoflf"},
    "reports.report": {"GET": MEMBERS},
    "reports.reports": {"GET": MEMBERS},
    # Who holds no key of a story finds none.
    "reports.tell": {"GET": "loonfofln", "POST": "loonfofln"},
    "responses.add": {"GET": CASE, "POST": CASE},
    "responses.case": {"GET": CASE},
    "responses.edit": {"GET": CASE, "POST": CASE},
    "responses.later": {"POST": CASE},
    "responses.ledger": {"GET": RECORDING},
    "responses.remove": {"POST": CASE},
    "responses.silence": {"POST": CASE},
    "responses.work": {"GET": RECORDING},
    "retention.case": {"GET": CASE},
    "retention.confirm": {"POST": CASE},
    "retention.keep": {"POST": CASE},
    "retention.listed": {"GET": RECORDING},
    "rotation.begin": {"POST": RECORDING},
    "rotation.carry_on": {"POST": RECORDING},
    "rotation.leave": {"GET": CASE, "POST": CASE},
    "rotation.status": {"GET": RECORDING},
    "search.ask": {"GET": RECORDING},
    "search.names": {"POST": RECORDING},
    "search.search": {"POST": RECORDING},
    "sessions.end": {"POST": MEMBERS},
    "sessions.sessions": {"GET": MEMBERS},
    "sharing.confirm": {"POST": CASE},
    "sharing.drop": {"POST": CASE},
    "sharing.end": {"POST": CASE},
    "sharing.identity": {"POST": CASE},
    "sharing.partner": {"GET": CASE, "POST": CASE},
    "sharing.partner_list": {"GET": RECORDING},
    "sharing.read": {"POST": CASE},
    "sharing.received": {"GET": CASE},
    "sharing.share": {"GET": CASE, "POST": CASE},
    "sharing.shared": {"GET": RECORDING},
    "static": {"GET": ANYONE},
    "stories.stories": {"GET": PUBLISHING},
    "submissions.compared": {"POST": HANDING_IN},
    "submissions.forget": {"POST": HANDING_IN},
    "submissions.sent": {"GET": HANDING_IN},
    "summaries.campaign": {"GET": COUNTING},
    "summaries.countries": {"GET": COUNTING},
    "summaries.dashboard": {"GET": COUNTING},
}
#: A body that is in order where the empty one would be refused for everyone.
BODIES: Final[dict[str, dict[str, str]]] = {
    "accounts.vouch": {"comparison": "{comparison}"},
    "inbox.decline": {"reason": "a plainly fictional reason"},
    "records.write_summary": {"text": "Somebody was arrested.", "expected": "1"},
    "receipts.act": {"words": "not of any paper", "word": "harbour"},
    "releases.create": {**QUESTION, "shown": "0"},
    "reports.edit": PUBLICATION,
    "reports.new": PUBLICATION,
}
#: Open to whoever members gave the log to, in whatever role: see tests/integration/audit/test_granting.py.
BY_GRANT: Final = {"audit.check", "audit.export", "audit.log"}
#: What these take away is made anew before each cell.
TAKEN_AWAY: Final = {"inbox.accept", "inbox.decline", "reports.remove", "reports.remove_file"}
#: States of an account beside those of the table, and whose column of it tells what they get.
STATES: Final = {
    # The passphrase is proved and the second factor is not: nobody yet.
    "half open": "anonymous",
    # Was a member, until the keys were taken back.
    "revoked": "keyless",
    "field worker": "keyless",
    # A member who proved their passphrase half an hour ago.
    "unconfirmed": "colleague",
}
#: Where somebody in such a state gets something else.
OTHERWISE: Final[dict[tuple[str, str, str], str]] = {}
#: Last, since others need what they end.
ENDING: Final = (
    *("inbox.accept", "inbox.decline", "intake.remove", "intake.discard"),
    *("accounts.disable", "accounts.enable", "accounts.logout"),
)
WRITTEN_BY_A_VISIT: Final = {"session.idle_until"}


def cells(app: Flask) -> list[tuple[str, str]]:
    """Every endpoint and method, those that end something last."""
    found = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(found, key=lambda cell: (ENDING.index(cell[0]) if cell[0] in ENDING else -1, cell))


def rule_of(app: Flask, endpoint: str) -> str:
    return next(rule.rule for rule in app.url_map.iter_rules(endpoint))


def people(site: Site) -> dict[str, Person | None]:
    ours = site.ours
    return {
        "anonymous": None,
        "researcher": ours.team.researcher,
        "colleague": ours.team.second_researcher,
        "keyless": ours.waiting,
        "analyst": ours.team.analyst,
        "advocate": ours.team.advocate,
        "administrator": ours.team.administrator,
        "disabled": ours.disabled,
        "stranger": site.theirs.team.researcher,
    }


class Visitor:
    """A browser of somebody, logged in if they can."""

    def __init__(self, app: Flask, person: Person | None) -> None:
        # Somebody who was disabled has a session from before.
        self.client: FlaskClient = person.browser().client if person else app.test_client()
        self.client.parses = False
        self._token = self.token()

    def token(self) -> str:
        found = TOKEN.search(self.client.get("/login").get_data(as_text=True))
        assert found
        return found[1]

    def send(self, method: str, path: str, body: dict[str, str] | None = None) -> TestResponse:
        given = {"csrf_token": self._token, **(body or {})} if method == "POST" else None
        answer = self.client.open(path, method=method, data=given)
        answer.get_data()
        answer.close()
        return answer


def letter(status: int) -> str:
    return "o" if status in ANSWERS else LETTERS.get(status, str(status))


def observed(site: Site, visitors: dict[str, Visitor], endpoint: str, method: str) -> str:
    """What each actor gets at an endpoint; who is expected to be refused goes first."""
    expected = TABLE[endpoint][method]
    found = dict.fromkeys(ACTORS, "?")
    for actor in sorted(ACTORS, key=lambda one: expected[ACTORS.index(one)] == "o"):
        if endpoint in TAKEN_AWAY:
            site.ours.ids |= publication(site.ours.team.researcher.browser())
            site.ours.ids |= submission(site.ours.team.field_worker)
        visitor = visitors[actor]
        if endpoint == "accounts.logout":
            visitor = Visitor(site.app, people(site)[actor])
        body = {name: value.format(**site.ours.ids) for name, value in BODIES.get(endpoint, {}).items()}
        answer = visitor.send(method, address(rule_of(site.app, endpoint), site.ours), body)
        found[actor] = letter(answer.status_code)
    return "".join(found.values())


class Stated(Visitor):
    """A browser of somebody in one of the STATES."""

    def __init__(self, site: Site, state: str) -> None:
        team = site.ours.team
        browser = {
            "half open": lambda: half_open(site, team.second_researcher),
            "revoked": lambda: revoked(site).browser(),
            "field worker": team.field_worker.browser,
            "unconfirmed": lambda: team.second_researcher.browser(proved_before=30 * 60),
        }[state]()
        self.client = browser.client
        self.client.parses = False
        self._token = self.token()

    def gets(self, site: Site, endpoint: str, method: str) -> str:
        """What they get at an endpoint, as a letter."""
        if endpoint.startswith("reports.") or endpoint in TAKEN_AWAY:
            site.ours.ids |= publication(site.ours.team.researcher.browser())
            site.ours.ids |= submission(site.ours.team.field_worker)
        body = {name: value.format(**site.ours.ids) for name, value in BODIES.get(endpoint, {}).items()}
        answer = self.send(method, address(rule_of(site.app, endpoint), site.ours), body)
        asked = answer.location.startswith("/confirm") if answer.location else CONFIRM.encode() in answer.get_data()
        return "c" if asked and endpoint != "factors.confirm" else letter(answer.status_code)


def half_open(site: Site, person: Person) -> Browser:
    browser = Browser(site.app.test_client())
    browser.post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=303)
    return browser


def revoked(site: Site) -> Person:
    team = site.ours.team
    person = site.world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id))
    site.world.admit(team.researcher, person)
    rotation.revoke(team.researcher.membership(), team.researcher.seed, person.id, "left")
    assert rotation.advance(team.researcher.membership())
    return person


def in_a_state(app: Flask, state: str, endpoint: str, method: str) -> str:
    """What somebody in a state is to get, as a letter; c is a question for the passphrase."""
    if (state, endpoint, method) in OTHERWISE:
        return OTHERWISE[state, endpoint, method]
    with app.app_context():
        roles, asks = access_of(endpoint), asks_step_up(endpoint)
    cell = TABLE[endpoint][method][ACTORS.index(STATES[state])]
    if state == "field worker" and roles and Role.FIELD_WORKER not in roles:
        return "f"
    return "c" if state == "unconfirmed" and asks and Role.RESEARCHER in (roles or ()) else cell


def fingerprint() -> dict[str, str]:
    """A hash of the rows of each table, without what a visit itself writes."""
    db.session.rollback()
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [column for column in table.columns if str(column) not in WRITTEN_BY_A_VISIT]
        rows = sorted(repr(tuple(row)) for row in db.session.execute(select(*columns)))
        found[table.name] = hashlib.sha256("".join(rows).encode()).hexdigest()
    db.session.rollback()
    return found


def test_every_route_states_who_may_use_it(bare: Flask) -> None:
    for endpoint, view in bare.view_functions.items():
        mark = getattr(view, "access", None)
        assert endpoint == "static" or mark == PUBLIC or (mark and mark <= EVERYONE), endpoint


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(bare: Flask) -> None:
    stated = {(endpoint, method) for endpoint, methods in TABLE.items() for method in methods}
    assert set(cells(bare)) == stated
    assert {len(line) for methods in TABLE.values() for line in methods.values()} == {len(ACTORS)}


def test_the_table_agrees_with_the_marks_of_the_views(bare: Flask) -> None:
    with bare.app_context():
        assert all(access_of(endpoint) == EVERYONE for endpoint in BY_GRANT)
        for endpoint, methods in TABLE.items():
            if endpoint in BY_GRANT:
                continue
            mark = access_of(endpoint)
            for line in methods.values():
                opened = {actor for actor, cell in zip(ACTORS, line, strict=True) if cell in "on"}
                roles = {actor for actor in opened if actor in set(EVERYONE)}
                named = {role.value for role in mark or EVERYONE} - {Role.FIELD_WORKER}
                assert roles == named, endpoint


def test_every_actor_gets_at_every_route_what_the_table_says(site: Site) -> None:
    visitors = {actor: Visitor(site.app, person) for actor, person in people(site).items()}
    wrong = {
        f"{method} {endpoint}": (seen, TABLE[endpoint][method])
        for endpoint, method in cells(site.app)
        if (seen := observed(site, visitors, endpoint, method)) != TABLE[endpoint][method]
    }
    assert wrong == {}


def test_every_state_of_an_account_gets_at_every_route_what_is_declared(site: Site) -> None:
    visitors = {state: Stated(site, state) for state in STATES}
    wrong = {}
    for endpoint, method in cells(site.app):
        for state, visitor in visitors.items():
            if endpoint == "accounts.logout":
                continue
            seen, expected = visitor.gets(site, endpoint, method), in_a_state(site.app, state, endpoint, method)
            if seen != expected:
                wrong[f"{state}: {method} {endpoint}"] = (seen, expected)
    assert wrong == {}


def test_the_matrix_is_as_large_as_the_routes_times_actors_and_states(bare: Flask) -> None:
    count = len(cells(bare)) * (len(ACTORS) + len(STATES))
    assert count == sum(len(line) + len(STATES) for methods in TABLE.values() for line in methods.values()) > 1500


@ON_SQLITE
def test_what_is_refused_is_refused_before_anything_is_written(site: Site) -> None:
    """Analyst, administrator and stranger send every form for our ids: nothing of ours changes."""
    visitors = {actor: Visitor(site.app, people(site)[actor]) for actor in ("analyst", "administrator", "stranger")}
    before = fingerprint()
    for endpoint, methods in TABLE.items():
        for actor, visitor in visitors.items():
            if methods.get("POST", "o" * len(ACTORS))[ACTORS.index(actor)] != "o":
                body = {name: value.format(**site.ours.ids) for name, value in BODIES.get(endpoint, {}).items()}
                visitor.send("POST", address(rule_of(site.app, endpoint), site.ours), body)
    assert fingerprint() == before


def test_ids_that_nobody_has_give_the_same_answer_as_ids_of_another_organisation(site: Site) -> None:
    visitor = Visitor(site.app, site.ours.team.researcher)
    nobody = replace(site.theirs, ids={**site.theirs.ids, "incident_id": "f" * 32, "draft_id": "f" * 32})
    for rule in site.app.url_map.iter_rules():
        if {"incident_id", "draft_id"} & rule.arguments:
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            theirs, none = (visitor.send(method, address(rule.rule, side)) for side in (site.theirs, nobody))
            assert theirs.status_code == none.status_code == 404, rule.rule
            assert without_ids(theirs, site) == without_ids(none, site)


def without_ids(answer: TestResponse, site: Site) -> str:
    text = re.sub(r'value="[^"]+"', "", answer.get_data(as_text=True))
    for found in (site.theirs.ids["incident_id"], site.theirs.ids["draft_id"], "f" * 32):
        text = text.replace(found, "")
    return text


def unlogged() -> dict[str, str]:
    """The fingerprint without the log."""
    return {name: rows for name, rows in fingerprint().items() if not name.startswith("audit_")}


def logged() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_looking_at_every_page_as_everyone_writes_nothing(site: Site) -> None:
    """But for one line in the log, where looking is reading a case that another organisation shares."""
    visitors = [Visitor(site.app, person) for person in people(site).values()]
    before, entries = unlogged(), logged()
    visited, noted = set(), set()
    for visitor in visitors:
        for page in walk(visitor.client, addresses(site.app, site.ours)):
            endpoint = endpoint_of(site.app, page.path)
            visited.add(endpoint)
            if (now := logged()) != entries:
                noted.add(endpoint)
                entries = now
    assert unlogged() == before
    assert noted == {"overlaps.compare"}
    assert visited - {""} == {endpoint for endpoint, methods in TABLE.items() if "GET" in methods} - {"static"}


@ON_SQLITE
def test_a_post_without_the_right_token_is_refused_everywhere(site: Site) -> None:
    visitors = [Visitor(site.app, people(site)[actor]) for actor in ("anonymous", "researcher", "administrator")]
    before = fingerprint()
    for endpoint, methods in TABLE.items():
        for visitor in visitors if "POST" in methods else ():
            for body in ({}, *({"csrf_token": token} for token in ("", "wrong", "é\0"))):
                answer = visitor.client.post(address(rule_of(site.app, endpoint), site.ours), data=body)
                assert answer.status_code in {400, 401, 403}, endpoint
    assert fingerprint() == before


def test_the_token_of_another_browser_is_refused(site: Site) -> None:
    mine, other = (Visitor(site.app, site.ours.team.researcher) for _ in range(2))
    assert mine.send("POST", "/drafts", {"csrf_token": other.token()}).status_code == 400
    assert mine.send("POST", "/drafts").status_code == 303


@ON_SQLITE
def test_other_methods_are_refused_everywhere(site: Site) -> None:
    visitor = Visitor(site.app, site.ours.team.researcher)
    for endpoint in TABLE:
        path = address(rule_of(site.app, endpoint), site.ours)
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            assert visitor.client.open(path, method=method).status_code in {400, 405}, endpoint


@ON_SQLITE
def test_head_and_options_tell_strangers_no_more_than_get(site: Site) -> None:
    for actor in ("anonymous", "stranger", "administrator"):
        visitor = Visitor(site.app, people(site)[actor])
        before = fingerprint()
        for endpoint, methods in TABLE.items():
            path = address(rule_of(site.app, endpoint), site.ours)
            if "GET" in methods:
                assert letter(visitor.send("HEAD", path).status_code) == methods["GET"][ACTORS.index(actor)], endpoint
            assert visitor.send("OPTIONS", path).data == b"" or letter(visitor.send("OPTIONS", path).status_code) != "o"
        assert fingerprint() == before


@ON_SQLITE
def test_a_slash_at_the_end_or_doubly_encoded_ids_find_nothing(site: Site) -> None:
    visitor = Visitor(site.app, site.ours.team.researcher)
    for endpoint, methods in TABLE.items():
        path = address(rule_of(site.app, endpoint), site.ours)
        if "GET" in methods and endpoint not in {"accounts.home", "static"}:
            assert visitor.send("GET", f"{path}/").status_code == 404, endpoint
    case = site.ours.ids["incident_id"]
    for odd in (
        f"/cases/%25{ord(case[0]):x}{case[1:]}",
        f"/cases/{case.upper()}x",
        f"/cases/../cases/{case}x",
        "/cases/%00",
    ):
        assert visitor.send("GET", f"/cases/{odd}").status_code == 404, odd


@ON_SQLITE
def test_a_header_or_field_does_not_change_the_method(site: Site) -> None:
    visitor = Visitor(site.app, site.ours.team.researcher)
    before = fingerprint()
    path = f"/drafts/{site.ours.ids['draft_id']}/discard"
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert visitor.client.get(path, headers={header: "POST"}).status_code == 404
        assert visitor.client.post("/drafts", headers={header: "GET"}).status_code == 400
    assert visitor.client.get(f"{path}?_method=POST&csrf_token={visitor.token()}").status_code == 404
    assert fingerprint() == before


def test_a_field_that_no_form_has_changes_no_role_and_no_organisation(site: Site) -> None:
    """Mass assignment: role, organisation and ids are sent along with every form that a researcher may send."""
    visitor = Visitor(site.app, site.ours.team.researcher)
    smuggled = {"role": "administrator", "organisation_id": site.theirs.team.organisation_id, "disabled": "", "id": "0"}
    for endpoint, methods in TABLE.items():
        if "POST" in methods and endpoint not in {"accounts.logout", *TAKEN_AWAY}:
            visitor.send("POST", address(rule_of(site.app, endpoint), site.ours), smuggled)
    account = site.ours.team.researcher.account
    assert (account.role, account.organisation_id) == (Role.RESEARCHER, site.ours.team.organisation_id)


def test_a_grant_that_is_taken_away_is_felt_at_the_next_request(site: Site) -> None:
    visitor = Visitor(site.app, site.ours.team.researcher)
    assert visitor.send("GET", "/cases").status_code == 200
    with writing(db.session):
        db.session.execute(delete(Grant).where(Grant.account_id == site.ours.team.researcher.id))
    assert visitor.send("GET", "/cases").status_code == 403
    assert visitor.send("GET", f"/cases/{site.ours.ids['incident_id']}").status_code == 403


def test_an_account_that_is_disabled_is_out_at_the_next_request(site: Site) -> None:
    visitor = Visitor(site.app, site.ours.team.analyst)
    assert visitor.send("GET", "/summaries").status_code == 200
    accounts.set_disabled(site.ours.team.analyst.id, disabled=True)
    assert visitor.send("GET", "/summaries").status_code == 401


def test_a_view_without_a_mark_answers_nobody(bare: Flask) -> None:
    """The test above can fail: a view that forgot its mark is closed, not open."""
    with bare.test_request_context("/nowhere"):
        request.url_rule = Rule("/nowhere", endpoint="nowhere.at_all")
        with pytest.raises(InternalServerError):
            check_access()
