"""Filling an empty instance with the demo: two organisations, every role, some hundreds of invented incidents."""

from __future__ import annotations

import json
import os
import random
import secrets
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from incidents import clock
from incidents.accounts import admission, comparing, invitations
from incidents.accounts import services as accounts
from incidents.accounts.factors import App, Factors
from incidents.accounts.models import Account, Organisation, Role
from incidents.accounts.rules import normalise_username
from incidents.database import writing
from incidents.demo.casework import Desk
from incidents.demo.generator import Generator
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.instance.services import DEMO_MARK, NotEmpty, prepare
from incidents.keyring import services as keyring
from incidents.keyring.roster import VOUCHES
from incidents.keyring.totp import code_of, new_secret, step_at
from incidents.records import services as records
from incidents.records.keys import keys_of
from incidents.records.pseudonyms import COLOURS, THINGS
from incidents.submissions import services as submissions
from incidents.submissions.services import Sender

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from config import Settings
    from incidents.keyring.people import Seed

SEED = 20261125
PEOPLE = {
    "Network of Examples": (
        ("PH", "ID", "TH", "MM", "KH", "VN", "NP", "BD"),
        (
            *(("amihan", Role.RESEARCHER), ("bituin", Role.RESEARCHER), ("casey", Role.ANALYST)),
            *(("devi", Role.ADVOCATE), ("jomar", Role.FIELD_WORKER)),
        ),
    ),
    "Fictional Harbour Union": (
        ("KE", "TZ", "ZA", "NG", "UA", "KG", "MX", "CO", "BR"),
        (("esi", Role.RESEARCHER), ("femi", Role.RESEARCHER), ("gale", Role.ANALYST), ("hana", Role.ADVOCATE)),
    ),
}
ADMINISTRATOR = "ines"
COUNTING = (Role.ANALYST, Role.ADVOCATE)
#: Records that a field worker has handed in and no member has taken in yet.
WAITING = 3
CASES = 220
BATCH = 100


@dataclass(frozen=True)
class DemoAccount:
    """A line of ``demo-accounts.json``."""

    username: str
    passphrase: str
    role: Role
    organisation: str
    totp_secret: str


def accounts_file(settings: Settings) -> Path:
    """Where the demo's passphrases are written, for the server's user alone."""
    return settings.instance / "demo-accounts.json"


def words() -> str:
    """A passphrase of six random words."""
    return " ".join(secrets.choice(COLOURS if number % 2 else THINGS) for number in range(6))


def is_made(settings: Settings) -> bool:
    """Whether this folder holds a finished demo.

    Raises:
        NotEmpty: it holds a real instance, or a demo that was not finished.
    """
    marked = (settings.instance / DEMO_MARK).exists()
    begun = (settings.instance / "tala.db").exists() or settings.pepper_file.exists()
    if begun and not marked:
        raise NotEmpty(
            "This folder holds a real instance. Give the demo a folder of its own: TALA_INSTANCE=instance-demo"
        )
    if marked and not accounts_file(settings).exists():
        raise NotEmpty("The demo in this folder was not finished. Delete the folder and start again.")
    return marked


def make(settings: Settings, *, cases: int = CASES, today: dt.date | None = None) -> Sequence[DemoAccount]:
    """Fill a new folder with the demo.

    Args:
        settings: The instance.
        cases: How many incidents for each organisation.
        today: The day before which all of them happened.

    Raises:
        NotEmpty: the instance has accounts already.
    """
    day = today or clock.today()
    prepare(settings, "This database holds a real instance. A demo needs one of its own.")
    (settings.instance / DEMO_MARK).touch(mode=0o600)
    made: list[DemoAccount] = []
    for number, (name, (countries, people)) in enumerate(PEOPLE.items()):
        team = [*people, (ADMINISTRATOR, Role.ADMINISTRATOR)] if number == 0 else people
        made += _organisation(name, team)
        founder = next(account for account in made if account.organisation == name)
        generator = Generator(random.Random(SEED + number), countries, day, "")  # noqa: S311 - a demo
        desk = Desk(random.Random(SEED - number), day, _researchers(made, name))  # noqa: S311 - a demo
        _cases(founder, generator, desk, cases)
        for account in made:
            if account.organisation == name and account.role is Role.FIELD_WORKER:
                _hand_in(account, generator)
    _share_facts(made)
    path = accounts_file(settings)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump([asdict(account) for account in made], file, indent=1)
    return made


def read_accounts(settings: Settings) -> Sequence[DemoAccount]:
    """Who can log in to the demo."""
    return [DemoAccount(**line) for line in json.loads(accounts_file(settings).read_text())]


def code(settings: Settings, username: str) -> str:
    """What the authenticator app of a demo account would show now.

    Raises:
        NotFound: the demo has nobody of this name.
    """
    for account in read_accounts(settings):
        if account.username == normalise_username(username):
            return code_of(account.totp_secret, step_at(time.time()))
    raise NotFound


def _organisation(name: str, people: Sequence[tuple[str, Role]]) -> list[DemoAccount]:
    with writing(db.session):
        organisation = Organisation(name=name)
        db.session.add(organisation)
        db.session.flush()
        organisation_id = organisation.id
    made = [DemoAccount(username, words(), role, name, new_secret()) for username, role in people]
    for account in made:
        # One after the other: only a code that is made after the founder's set-up names the organisation's key.
        with writing(db.session):
            organisation = db.session.get_one(Organisation, organisation_id)
            code = invitations.add_account(account.username, account.role, organisation)[1]
        app = App(name="Demo", secret=account.totp_secret)
        accounts.set_up(account.username, code, account.passphrase, Factors(all=(app,)))
    members: list[DemoAccount] = [made[0]]
    for account in made[1:]:
        _admit(members, account)
        members += [account] if account.role is Role.RESEARCHER else []
    return made


def _open(account: DemoAccount) -> tuple[Account, Seed]:
    return accounts.open_account_seed(account.username, account.passphrase)


def _admit(members: Sequence[DemoAccount], newcomer: DemoAccount) -> None:
    """The members of an organisation vouch for somebody, as many of them as it asks for."""
    account, seed = _open(newcomer)
    if account.role is Role.ADMINISTRATOR:
        return
    organisation_id = _open(members[0])[0].organisation_id
    number = comparing.own_comparison(account, organisation_id, seed) or ""
    for voucher in members[: VOUCHES if len(members) > 1 else 1]:
        member, own = _open(voucher)
        admission.vouch(keyring.member(member.id, organisation_id, own), own, account.id, number)


def _share_facts(made: Sequence[DemoAccount]) -> None:
    """Each organisation lets the analysts and advocates of the other count its facts."""
    for organisation in PEOPLE:
        members = [one for one in made if one.organisation == organisation and one.role is Role.RESEARCHER]
        others = [one for one in made if one.organisation != organisation and one.role in COUNTING]
        founder, seed = _open(members[0])
        trusted = {_open(other)[0].organisation_id: admission.GRANTED[Role.ADVOCATE] for other in others}
        admission.decide_trust(keyring.member(founder.id, founder.organisation_id, seed), seed, trusted)
        for other in others:
            _admit(members, other)


def _hand_in(worker: DemoAccount, generator: Generator) -> None:
    account, seed = _open(worker)
    sender = Sender(account.id, account.organisation_id, seed)
    for _ in range(WAITING):
        submissions.submit(sender, generator.incident("POL_EXT"))


def _researchers(made: Sequence[DemoAccount], organisation: str) -> tuple[str, ...]:
    """Account ids of an organisation's researchers."""
    ours = (one for one in made if one.organisation == organisation and one.role is Role.RESEARCHER)
    return tuple(_open(one)[0].id for one in ours)


def _cases(founder: DemoAccount, generator: Generator, desk: Desk, count: int) -> None:
    account, seed = _open(founder)
    generator.recorder = account.id
    keys = keys_of(account.id, account.organisation_id, seed)
    documents = [desk.worked_on(one) for one in generator.documents(count)]
    documents += filter(None, map(desk.told_again, documents))
    for first in range(0, len(documents), BATCH):
        records.create(keys, documents[first : first + BATCH], today=generator.today)
