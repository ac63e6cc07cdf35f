"""Keys as values: they cannot be changed, do not show themselves, and what people compare of them stays as it was."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.keyring import case_door, facts_door, passphrase, tokens
from incidents.keyring.case_door import DataKey, OrganisationKey, Place
from incidents.keyring.envelope import FLOOR, KEY_BYTES, OVERHEAD, SecretKey, Unopenable, same
from incidents.keyring.facts_door import FactsKey, SummariesKey
from incidents.keyring.grants import GrantedKey
from incidents.keyring.identity import comparison
from incidents.keyring.passphrase import Cost, passphrase_key, recovery_key, write_pepper
from incidents.keyring.people import PublicKey, Seed

if TYPE_CHECKING:
    from pathlib import Path

RAW = bytes(range(KEY_BYTES))
SEED = Seed(bytes(range(32, 64)))
PLACE = Place("0" * 32, "1" * 32, 3)
VALUES: list[Any] = [
    SecretKey(RAW),
    SEED,
    PublicKey(b"p"),
    GrantedKey(RAW),
    OrganisationKey(RAW),
    DataKey(RAW),
    PLACE,
    FactsKey(RAW),
    SummariesKey(RAW),
    Cost(),
]
SECRET = [value for value in VALUES if isinstance(value, SecretKey)]


def name_of(value: object) -> str:
    return type(value).__name__


@pytest.mark.parametrize("value", VALUES, ids=name_of)
def test_a_key_or_place_cannot_be_changed_or_carry_more(value: Any) -> None:
    first = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, first, b"x" * KEY_BYTES)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("key", SECRET, ids=name_of)
def test_no_secret_shows_in_a_repr_a_string_or_a_message(key: SecretKey) -> None:
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr(Unopenable(key))):
        assert repr(key.raw) not in shown
        assert key.raw.hex() not in shown


@pytest.mark.parametrize("cls", [type(key) for key in SECRET])
def test_a_fresh_key_is_another_one_each_time(cls: type[SecretKey]) -> None:
    assert len({cls.random().raw for _ in range(20)}) == 20


def test_the_number_that_people_compare_stays_what_it_was() -> None:
    """Noted on paper and read aloud: another form of it would look like an attack."""
    number = comparison(bytes(32), "0" * 32, "amihan", "researcher", SEED.public_key())
    assert number == "2f29 8573 c72c ae10 5069 f4a4 b28d 8fa1"


def test_the_number_is_of_the_organisation_the_person_the_role_and_the_whole_public_key() -> None:
    public = SEED.public_key()
    given = (bytes(32), "0" * 32, "amihan", "researcher")
    others = [(b"\1" * 32, *given[1:]), (given[0], "1" * 32, *given[2:]), (*given[:2], "amihan2", given[3])]
    seen = {comparison(*given, public), *(comparison(*other, public) for other in others)}
    seen.add(comparison(*given[:3], "analyst", public))
    altered = [bytearray(public.raw) for _ in range(0, len(public.raw), 101)]
    for position, raw in zip(range(0, len(public.raw), 101), altered, strict=True):
        raw[position] ^= 1
    seen |= {comparison(*given, PublicKey(bytes(raw))) for raw in altered}
    assert len(seen) == 2 + len(others) + len(altered)


def test_the_digest_that_stands_in_rosters_stays_what_it_was() -> None:
    assert SEED.public_key().digest() == "293b7fa711345a163dcdbaefd696b50b4cf06263eed02a9f1c49d9408e010565"


def test_the_name_of_a_key_in_a_cache_says_nothing_of_the_key() -> None:
    name = SecretKey(RAW).fingerprint()
    assert name.hex() == "af9df5fce77456d4b310f61d95d94ccf17388a60ba5bd5247610357d6b534479"
    assert name not in {SecretKey(RAW).derive(purpose) for purpose in ("origin", "private", "csrf", "session", "mlkem")}


def test_marks_of_imported_rows_stay_what_they_were() -> None:
    """Else everything would be imported a second time."""
    mark = case_door.origin_marker(OrganisationKey(RAW))
    assert mark("a", 1, b"c") == "e975f1de7500e9a9b3f123d37ff756b3"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=9), max_size=3), st.lists(st.text(max_size=9), max_size=3))
def test_equal_rows_have_equal_marks_and_different_rows_different_ones(one: list[str], other: list[str]) -> None:
    mark = case_door.origin_marker(OrganisationKey(RAW))
    assert (mark(*one) == mark(*other)) == (one == other)
    assert re.fullmatch(r"[0-9a-f]{32}", mark(*one))


def test_another_organisation_cannot_know_a_row_by_its_mark() -> None:
    marks = {case_door.origin_marker(OrganisationKey.random())("a row that all have") for _ in range(10)}
    assert len(marks) == 10


def test_comparing_in_secret_is_comparing() -> None:
    assert same(b"equal", b"equal")
    assert not same(b"equal", b"other")
    assert not same(b"equal", b"equal ")


# ---- the case door ----


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=2_000))
def test_a_part_opens_in_its_place(content: bytes) -> None:
    key = DataKey.random()
    assert case_door.open_part(key, "account", PLACE, case_door.seal_part(key, "account", PLACE, content)) == content


@pytest.mark.parametrize(
    "place",
    [
        dataclasses.replace(PLACE, organisation_id="2" * 32),
        dataclasses.replace(PLACE, incident_id="2" * 32),
        dataclasses.replace(PLACE, revision=4),
    ],
)
def test_neither_a_part_nor_its_key_opens_in_another_place(place: Place) -> None:
    key, organisation = DataKey.random(), OrganisationKey(RAW)
    part, wrapped = case_door.seal_part(key, "account", PLACE, b"x"), case_door.wrap(organisation, key, PLACE)
    assert case_door.unwrap(organisation, wrapped, PLACE) == key
    with pytest.raises(Unopenable):
        case_door.open_part(key, "account", place, part)
    with pytest.raises(Unopenable):
        case_door.unwrap(organisation, wrapped, place)


def test_an_account_does_not_open_as_an_identity() -> None:
    key = DataKey.random()
    with pytest.raises(Unopenable):
        case_door.open_part(key, "identity", PLACE, case_door.seal_part(key, "account", PLACE, b"x"))


def test_a_wrapped_key_has_the_size_that_the_docs_say() -> None:
    assert len(case_door.wrap(OrganisationKey(RAW), DataKey.random(), PLACE)) == KEY_BYTES + OVERHEAD == 61


def test_short_parts_drafts_and_summaries_all_have_one_size() -> None:
    """Else a seized disk would tell who wrote much and who little."""
    key, summaries = DataKey.random(), SummariesKey(RAW, "k", "o", 1)
    sizes = {len(case_door.seal_part(key, "account", PLACE, b"x" * size)) for size in (0, 1, 100, 500)}
    sizes |= {len(case_door.seal_private(SEED, "draft", "d", b"x" * size)) for size in (0, 1, 100, 500)}
    sizes |= {len(facts_door.seal_summary(summaries, "s", b"x" * size)) for size in (0, 1, 100, 500)}
    assert sizes == {FLOOR + OVERHEAD}


@pytest.mark.parametrize(("kind", "row"), [("note", "d"), ("draft", "e")])
def test_what_is_private_opens_for_its_owner_in_its_row_alone(kind: str, row: str) -> None:
    blob = case_door.seal_private(SEED, "draft", "d", b"a fictional draft")
    assert case_door.open_private(SEED, "draft", "d", blob) == b"a fictional draft"
    with pytest.raises(Unopenable):
        case_door.open_private(SEED, kind, row, blob)
    with pytest.raises(Unopenable):
        case_door.open_private(Seed.random(), "draft", "d", blob)


# ---- the facts door ----


@pytest.mark.parametrize(
    ("key", "row"),
    [
        (SummariesKey(RAW, "k", "another organisation", 1), "s"),
        (SummariesKey(RAW, "k", "o", 1), "t"),
        (SummariesKey(RAW[::-1], "k", "o", 1), "s"),
    ],
)
def test_a_summary_opens_with_its_organisations_key_in_its_row_alone(key: SummariesKey, row: str) -> None:
    blob = facts_door.seal_summary(SummariesKey(RAW, "k", "o", 1), "s", b"a fictional summary")
    assert facts_door.open_summary(SummariesKey(RAW, "k", "o", 1), "s", blob) == b"a fictional summary"
    with pytest.raises(Unopenable):
        facts_door.open_summary(key, row, blob)


# ---- passphrases and codes ----


def test_the_limits_of_a_passphrase_are_what_the_pages_say() -> None:
    assert (passphrase.MIN_LENGTH, passphrase.MAX_LENGTH) == (15, 1024)


@pytest.mark.parametrize(("length", "hashed"), [(0, True), (1, True), (1024, True), (1025, False), (1_000_000, False)])
def test_what_is_too_long_is_refused_before_it_is_hashed(length: int, *, hashed: bool) -> None:
    def derive() -> SecretKey:
        return passphrase_key("x" * length, salt=b"s" * 16, cost=Cost(1, 64), pepper=b"p" * 32)

    if hashed:
        assert derive()
    else:
        with pytest.raises(Unopenable):
            derive()


def test_signs_beyond_any_one_alphabet_count() -> None:
    typed = ("ключ от лодки у старой пристани", "ключ от лодки у новой пристани")
    assert len({passphrase_key(one, salt=b"s" * 16, cost=Cost(1, 64), pepper=b"p" * 32).raw for one in typed}) == 2


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_any_text_typed_as_a_code_is_some_code_and_never_an_error(typed: str) -> None:
    assert len(recovery_key(typed).raw) == KEY_BYTES
    assert len(tokens.setup_digest(typed)) == 32


@pytest.mark.parametrize(
    ("read", "written"), [("0", "O"), ("1", "I"), ("8", "B"), ("o", "O"), ("Ａ", "A"), ("a ", "A")]
)
def test_a_recovery_code_is_forgiving_about_what_looks_alike(read: str, written: str) -> None:
    assert recovery_key(f"{read}BCD") == recovery_key(f"{written}BCD")


def test_no_two_letters_of_recovery_codes_are_one() -> None:
    assert len({recovery_key(letter).raw for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"}) == 32


def test_no_two_signs_of_set_up_codes_are_one() -> None:
    assert len({tokens.setup_digest(sign) for sign in "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"}) == 32


@pytest.mark.parametrize("typed", ["abcd-efgh", " ABCD EFGH ", "AB\tCD\nEF.GH", "ＡＢＣＤ－ＥＦＧＨ", "ab cd ef gh"])
def test_a_set_up_code_is_the_same_in_groups_and_small_letters(typed: str) -> None:
    assert tokens.setup_digest(typed) == tokens.setup_digest("ABCDEFGH")


def test_a_digest_and_a_session_of_one_text_have_nothing_in_common() -> None:
    found = {tokens.setup_digest("X"), bytes.fromhex(tokens.session_id("X")), tokens.session_key("X")}
    assert len(found | {recovery_key("X").raw}) == 4


def test_a_pepper_that_was_kept_is_written_as_it_is_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    write_pepper(path, b"k" * 40)
    assert path.read_bytes() == b"k" * 40
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_pepper(path, b"other" * 10)
    assert path.read_bytes() == b"k" * 40
