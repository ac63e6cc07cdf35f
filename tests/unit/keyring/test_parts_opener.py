"""Opening parts of many revisions gives what opening each gives, and refuses what that refuses."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring.case_door import (
    DataKey,
    OrganisationKey,
    Place,
    open_part,
    parts_opener,
    seal_part,
    unwrap,
    wrap,
)
from incidents.keyring.envelope import Unopenable

KEY = OrganisationKey(os.urandom(32), "fictional key", "a" * 32)
PLACE = Place("a" * 32, "b" * 32, 3)


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_parts_open_as_they_do_one_by_one(identity: bytes, account: bytes) -> None:
    data_key = DataKey.random()
    wrapped = wrap(KEY, data_key, PLACE)
    blobs = [seal_part(data_key, *part) for part in (("account", PLACE, account), ("identity", PLACE, identity))]
    opened = parts_opener(KEY, "account", "identity")(PLACE.incident_id, PLACE.revision, wrapped, blobs)
    assert opened == [account, identity]
    assert opened[0] == open_part(unwrap(KEY, wrapped, PLACE), "account", PLACE, blobs[0])


@pytest.mark.parametrize("moved", ["incident", "revision", "part", "key", "wrap", "bit"])
def test_what_was_moved_or_altered_does_not_open(moved: str) -> None:
    data_key = DataKey.random()
    wrapped, blob = wrap(KEY, data_key, PLACE), seal_part(data_key, "account", PLACE, b"fictional")
    key = OrganisationKey(os.urandom(32), KEY.id, KEY.organisation_id) if moved == "key" else KEY
    incident_id = "c" * 32 if moved == "incident" else PLACE.incident_id
    revision = 4 if moved == "revision" else PLACE.revision
    wrapped = wrap(KEY, DataKey.random(), PLACE) if moved == "wrap" else wrapped
    blob = blob[:-1] + bytes([blob[-1] ^ 1]) if moved == "bit" else blob
    opener = parts_opener(key, "identity" if moved == "part" else "account")
    with pytest.raises(Unopenable):
        opener(incident_id, revision, wrapped, [blob])
