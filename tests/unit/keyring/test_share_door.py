"""What is sealed to a partner opens in its row alone, is proven by its owner alone, and holds a part and no more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring import case_door
from incidents.keyring.case_door import DataKey, PartKey, Place, open_alone
from incidents.keyring.envelope import SecretKey, Unopenable, pad
from incidents.keyring.identity import Identity
from incidents.keyring.intake_door import seal_submission
from incidents.keyring.people import PublicKey
from incidents.keyring.share_door import is_of, open_share, seal_share, slot

PLACE = Place("0" * 32, "1" * 32, 3)
OWNER, OTHER, RECIPIENT = (Identity(SecretKey(bytes([number]) * 32)) for number in (1, 2, 3))
SLOT = slot("2" * 32, "3" * 32)
INTAKE = RECIPIENT.intake.public_key()
BODY = b'{"plainly": "fictional"}'


@given(st.text(max_size=300))
def test_what_is_sealed_opens_for_the_recipient_and_is_proven_by_the_owner(text: str) -> None:
    sent = text.encode(errors="replace")
    body, signature = open_share(RECIPIENT.intake.opener(), SLOT, *seal_share(INTAKE, SLOT, sent, OWNER))
    assert body == sent
    assert is_of(OWNER.public, SLOT, body, signature)
    assert not is_of(OTHER.public, SLOT, body, signature)
    assert not is_of(OWNER.public, SLOT, body + b" ", signature)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(SLOT, row_id="4" * 32),
        replace(SLOT, organisation_id="4" * 32),
        replace(SLOT, kind="submission"),
    ],
)
def test_it_opens_in_no_other_row_organisation_or_kind(elsewhere: object) -> None:
    sealed = seal_share(INTAKE, SLOT, BODY, OWNER)
    with pytest.raises(Unopenable):
        open_share(RECIPIENT.intake.opener(), elsewhere, *sealed)  # type: ignore[arg-type]


def test_a_signature_proves_nothing_in_another_row() -> None:
    body, signature = open_share(RECIPIENT.intake.opener(), SLOT, *seal_share(INTAKE, SLOT, BODY, OWNER))
    assert not is_of(OWNER.public, replace(SLOT, row_id="4" * 32), body, signature)
    assert not is_of(OWNER.public, replace(SLOT, organisation_id="4" * 32), body, signature)


def test_it_opens_for_nobody_else_and_is_sealed_to_no_key_that_is_none() -> None:
    sealed = seal_share(INTAKE, SLOT, BODY, OWNER)
    with pytest.raises(Unopenable):
        open_share(OWNER.intake.opener(), SLOT, *sealed)
    with pytest.raises(Unopenable):
        seal_share(PublicKey(b"short"), SLOT, BODY, OWNER)


@given(
    st.one_of(
        st.binary(max_size=100),
        st.builds(
            lambda value: json.dumps(value).encode(),
            st.recursive(
                st.none() | st.integers() | st.text(max_size=5),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["body", "signature", "x"]), inner, max_size=3)
                ),
                max_leaves=5,
            ),
        ),
    )
)
def test_whatever_somebody_seals_to_an_inbox_is_refused_or_has_the_shape_of_a_share(content: bytes) -> None:
    sealed = seal_submission(INTAKE, SLOT, content)
    try:
        body, signature = open_share(RECIPIENT.intake.opener(), SLOT, *sealed)
    except Unopenable:
        return
    assert not is_of(OWNER.public, SLOT, body, signature)


def test_the_key_of_a_part_opens_that_part_alone() -> None:
    key = DataKey.random()
    blobs = {part: case_door.seal_part(key, part, PLACE, part.encode()) for part in ("account", "identity")}
    for part, blob in blobs.items():
        assert open_alone(key.of_part(part), part, PLACE, blob) == part.encode()
        for other in {"account", "identity"} - {part}:
            for as_part in ("account", "identity"):
                with pytest.raises(Unopenable):
                    open_alone(key.of_part(other), as_part, PLACE, blob)
        with pytest.raises(Unopenable):
            open_alone(key, part, PLACE, blob)


def test_keys_of_parts_and_of_data_are_all_different() -> None:
    key = DataKey(bytes(32))
    found = {key.raw, key.of_part("account").raw, key.of_part("identity").raw, key.derive("account")}
    assert len(found) == 4
    assert isinstance(key.of_part("account"), PartKey)


def test_a_part_of_before_parts_had_keys_of_their_own_opens_with_the_data_key_alone() -> None:
    key = DataKey.random()
    parts = ("part", "account", PLACE.organisation_id, PLACE.incident_id, PLACE.revision)
    before = key.seal(pad(b"an old account"), *parts)
    assert case_door.open_part(key, "account", PLACE, before) == b"an old account"
    with pytest.raises(Unopenable):
        open_alone(key.of_part("account"), "account", PLACE, before)
