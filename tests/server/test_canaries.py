"""A seized disk: after a day's work over HTTP nothing that was typed, chosen or secret is in any file.

``TALA_CANARY_INCIDENTS=300`` makes the day as long as the proof in the documentation says.
"""

from __future__ import annotations

import base64
import os
import re
import time
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import LargeBinary, select, text

from incidents.accounts import invitations
from incidents.accounts import services as accounts
from incidents.accounts.models import Organisation, Role
from incidents.codebook.services import codebook
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.grants import held
from incidents.keyring.services import KEYS
from incidents.keyring.totp import code_of, step_at
from tests.factories import world as people
from tests.factories.site import submission
from tests.factories.world import SECRET
from tests.server.colleague import Colleague
from tests.server.recording import MARK, YEAR, Recorder
from tests.server.scanning import hits, planted, views

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.conftest import Hosted
    from tests.server.serving import Answer, Client

pytestmark = pytest.mark.server

INCIDENTS: Final = int(os.environ.get("TALA_CANARY_INCIDENTS", "20"))
#: Every so many incidents one is recorded through the full form.
FULL: Final = 5
PASSPHRASE: Final = f"{MARK} never written on a disk"
SHORTEST_CODE: Final = 6
WORD: Final = re.compile(rb"[A-Z]{2,4}[_-][A-Z0-9_]{2,}|1987-?[01]\d|Philippines")
RECOVERY: Final = re.compile(r"\b(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}\b")
#: Boxes that the walk through the form must have met, or it has not met the form.
MET: Final = {
    *("narrative", "title_working", "place_text", "citation", "reason", "text"),
    *("name", "contact.value", "stated_reason", "unit_name", "individual_name"),
    *("file", "words", "demand", "content_note", "word", "receipt", "comment-text", "return-text", "claim-value"),
}
NEWCOMER: Final = re.compile(r'action="(/members/[0-9a-f]{32}/vouch)".*?name="comparison" value="([^"]+)"', re.DOTALL)
SUBMISSION: Final = re.compile(r'href="(/inbox/[0-9a-f]{32})"')
KINDS: Final = {"index", "facts", "linkage"}
#: Tables with a row that belongs to a case, an opening of one, or somebody at work on one.
BESIDE: Final = {
    *("incident", "revision", "revision_key", "frame_delta", "frame_snapshot", "log_entry", "draft", "submission"),
    *("evidence_chunk", "receipt_view"),
}


def log_in(recorder: Recorder, hosted: Hosted) -> Answer:
    """Log the researcher in."""
    person = hosted.team.researcher
    return recorder.client.log_in(person.username, people.PASSPHRASE, person.code())


def come_in(hosted: Hosted, username: str, role: Role, organisation_id: str, secrets: dict[str, str | bytes]) -> Client:
    """Set up an account over HTTP, as a newcomer does, and log in."""
    with writing(db.session):
        organisation = db.session.get_one(Organisation, organisation_id)
        code = invitations.add_account(username, role, organisation)[1]
    client = hosted.client()
    client.post(
        "/set-up",
        {"username": username, "code": code, "new_passphrase": PASSPHRASE, "repeated": PASSPHRASE},
    )
    given = SECRET.search(client.get("/second-factor").text)
    assert given
    secret, step = given[1].replace(" ", ""), step_at(time.time())
    shown = client.post("/second-factor", {"code": code_of(secret, step)})
    recovery = RECOVERY.search(shown.text)
    assert recovery, shown.status
    # The code of set-up is used; a clock may be half a minute ahead.
    assert client.log_in(username, PASSPHRASE, code_of(secret, step + 1)).status == 303
    secrets |= {f"set-up code of {username}": code, f"recovery code of {username}": recovery[0]}
    secrets |= {f"secret of {username}'s app": secret, f"bytes of {username}'s app": base64.b32decode(secret)}
    secrets[f"recovery code of {username}, unbroken"] = recovery[0].replace("-", "")
    return client


def founded(hosted: Hosted, secrets: dict[str, str | bytes]) -> tuple[Client, Client]:
    """A new organisation whose two researchers and analyst came in over HTTP."""
    with writing(db.session):
        organisation = Organisation(name="Fictional Network of Canaries")
        db.session.add(organisation)
    organisation_id = organisation.id
    first = come_in(hosted, "fictional-first", Role.RESEARCHER, organisation_id, secrets)
    second = come_in(hosted, "fictional-second", Role.RESEARCHER, organisation_id, secrets)
    for action, number in NEWCOMER.findall(first.get("/members").text):
        assert first.post(action, {"comparison": number}).status == 303
    assert second.get("/cases").status == 200
    return first, second


def work(first: Client, second: Client, stranger: Client, secrets: dict[str, str | bytes]) -> Recorder:
    """A day's work; the address of what was recorded is known to nobody else."""
    recorder = Recorder(first)
    colleague, before = Colleague(recorder), recorder.quick()
    for number in range(INCIDENTS):
        case = recorder.full() if number % FULL == 0 else recorder.quick()
        assert case.startswith("/cases/"), case
        if number % FULL == 0:
            recorder.open_identity(case)
            recorder.summarise(case, second)
            colleague.work_on(case, before)
            assert MARK in first.get(case).text
            assert first.get(f"{case}/history").status == 200
    colleague.speak_by_receipt(stranger)
    secrets |= {f"words of paper {number}": words for number, (words, _spoken) in enumerate(colleague.papers)}
    recorder.unfinished()
    first.get("/cases?country=PH&violation=POL_EXT")
    first.get("/summaries?country=PH")
    return recorder


def hand_in(hosted: Hosted, first: Client, secrets: dict[str, str | bytes]) -> None:
    """Somebody without keys records in both ways, one is taken in, one is declined, one waits."""
    founder = invitations.find("fictional-first")
    assert founder
    spoken = set(SUBMISSION.findall(first.get("/inbox").text))
    assert spoken, "what was said by receipt waits as well"
    recorder = Recorder(come_in(hosted, "fictional-worker", Role.FIELD_WORKER, founder.organisation_id, secrets))
    assert [recorder.quick(), recorder.full(), recorder.quick()] == ["/submissions"] * 3
    recorder.unfinished()
    waiting = sorted(set(SUBMISSION.findall(first.get("/inbox").text)) - spoken)
    assert len(waiting) == 3
    assert MARK in first.get(waiting[0]).text
    assert first.post(f"{waiting[0]}/accept").location.startswith("/cases/")
    assert first.post(f"{waiting[1]}/decline", {"reason": f"{MARK} is no reason"}).status == 303


def secrets_inside(hosted: Hosted, client: Client) -> Iterator[tuple[str, bytes]]:
    """Seed and keys of a person, opened as log-in opens them."""
    assert client
    for username in ("fictional-first", "fictional-second", "fictional-worker"):
        account, seed = accounts.open_account_seed(username, PASSPHRASE)
        yield f"seed of {username}", seed.raw
        for key in held(KEYS, account.id, seed).keys:
            yield f"{type(key).__name__} of {username}", key.raw
    db.session.rollback()
    assert hosted


def codes() -> set[bytes]:
    """Codes, months and areas that are long enough to be no accident; "PH" alone is in any random file."""
    vocabularies = ("violation_types", "perpetrator_types", "place_types", "drug_nexus", "victim_attributes", "methods")
    listed = {code.code for name in vocabularies for code in codebook().vocabulary(name)}
    chosen = {code for code in listed if len(code) >= SHORTEST_CODE and "_" in code}
    months = {f"{YEAR}{dash}{month:02d}" for month in range(1, 13) for dash in ("-", "")}
    return {word.encode() for word in chosen | months | {"PH-CEB", "Philippines"}}


def words_of(path: Path) -> set[bytes]:
    return words_in(path.read_bytes())


def words_in(data: bytes) -> set[bytes]:
    """Everything in a file, however it is written, that has the shape of a code, a month or a name."""
    return {word for view in views(data) for word in WORD.findall(view)}


def places(hosted: Hosted) -> list[Path]:
    """Every file after the database has written all that it holds back."""
    db.session.rollback()
    if hosted.settings.database_url.startswith("postgresql"):
        db.session.execute(text("CHECKPOINT"))
        db.session.rollback()
    return hosted.places


def test_nothing_typed_chosen_or_secret_is_in_any_file(hosted: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    secrets: dict[str, str | bytes] = {"canary": MARK, "passphrase": PASSPHRASE}
    first, second = founded(hosted, secrets)
    recorder = work(first, second, hosted.client(), secrets)
    hand_in(hosted, first, secrets)
    assert recorder.boxes >= MET, MET - recorder.boxes
    for who, client in (("first", first), ("second", second)):
        secrets |= {f"cookie {number} of the {who}": cookie for number, cookie in enumerate(sorted(client.had))}
        secrets[f"token of the {who}"] = client.token()
    secrets |= dict(secrets_inside(hosted, first))
    searched = places(hosted)
    assert hits(searched, secrets) == []
    with capsys.disabled():
        print(f"\n{INCIDENTS} incidents, {len(recorder.boxes)} boxes, {len(secrets)} secrets: 0 hits")  # noqa: T201


def test_no_code_month_or_country_is_in_the_database_or_the_logs(hosted: Hosted) -> None:
    """What is chosen is as secret as what is typed: not even which violations occur can be told from the disk."""
    recorder = Recorder(hosted.client())
    assert log_in(recorder, hosted).status == 303
    case = recorder.full()
    assert case.startswith("/cases/")
    wanted = codes()
    found = [(str(path), sorted(words)) for path in data_files(hosted) if (words := wanted & words_of(path))]
    assert found == []


def data_files(hosted: Hosted) -> list[Path]:
    """The instance, logs and temporary files; of PostgreSQL its data and logs, not the words of its own programs."""
    found = [path for path in places(hosted)[0].rglob("*") if path.is_file()]
    for cluster in hosted.places[2:]:
        found += [path for path in cluster.rglob("*") if path.is_file() and {"base", "pg_wal", "log"} & set(path.parts)]
    return found


def test_rows_beside_an_incident_hold_random_ids_numbers_and_sealed_bytes_alone(hosted: Hosted) -> None:
    recorder = Recorder(hosted.client())
    log_in(recorder, hosted)
    before = recorder.quick()
    Colleague(recorder).work_on(recorder.full(), before)
    submission(hosted.team.field_worker)
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        if table.name not in BESIDE:
            continue
        clear = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        rows = db.session.execute(select(*clear)).all()
        assert rows or table.name in {"draft", "frame_snapshot"}, table.name
        for row in rows:
            for value in row:
                shown = str(getattr(value, "value", value))
                assert re.fullmatch(r"[0-9a-f]{32}|\d{1,6}", shown) or shown in KINDS, table.name


@pytest.mark.parametrize("how", planted("x"))
def test_the_search_finds_a_canary_that_was_planted(tmp_path: Path, how: str) -> None:
    (tmp_path / "file").write_bytes(os.urandom(100) + planted(f"{MARK}000001")[how] + os.urandom(100))
    assert hits([tmp_path], {"canary": MARK})


@pytest.mark.parametrize("how", planted("x"))
def test_the_search_finds_a_code_that_was_planted(how: str) -> None:
    code = "POL_EXT_SEX"
    assert code.encode() in words_in(os.urandom(99) + b" " + planted(code)[how] + b" " + os.urandom(99))
    assert code.encode() in codes()


def test_the_search_finds_secret_bytes_in_each_encoding(tmp_path: Path) -> None:
    secret = os.urandom(32)
    for number, found in enumerate((secret, secret.hex().encode(), base64.b64encode(b"ab" + secret + b"c"))):
        (tmp_path / f"{number}").write_bytes(b"before" + found + b"after")
    assert len({path for path, _name, _how in hits([tmp_path], {"key": secret})}) == 3


def test_the_search_finds_nothing_in_noise(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(os.urandom(1024 * 1024))
    assert hits([tmp_path], {"canary": MARK, "key": os.urandom(32)}) == []
