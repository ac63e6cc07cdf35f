"""The chain of signatures alone: what stands verifies, and every change of it is found."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring import chain
from incidents.keyring.chain import NOTHING_BEFORE, Chain, Fault, Finding, Link

ORGANISATION = "0" * 32
FIRST_KEY = b"\x07" * 32


def grown(contents: list[bytes], organisation: str = ORGANISATION) -> tuple[Chain, list[Link], bytes]:
    """A chain of these contents, and the key that would sign the next."""
    signing_key, before, links = FIRST_KEY, NOTHING_BEFORE, []
    for number, content in enumerate(contents):
        link, signing_key = chain.sign_link(signing_key, before, organisation, number, "k" * 32, content)
        before = link.digest(before)
        links.append(link)
    end = Chain(organisation, chain.public_half(FIRST_KEY), len(contents) - 1, before, chain.public_half(signing_key))
    return end, links, signing_key


CONTENTS = st.lists(st.binary(max_size=40), min_size=2, max_size=8, unique=True)


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_what_was_written_verifies(contents: list[bytes]) -> None:
    end, links, _key = grown(contents)
    assert chain.verify(end, links) == []


@given(CONTENTS, st.data())
def test_another_content_is_found_at_its_number(contents: list[bytes], data: st.DataObject) -> None:
    end, links, _key = grown(contents)
    number = data.draw(st.integers(0, len(links) - 1))
    other = data.draw(st.binary(max_size=40).filter(lambda one: one not in contents))
    links[number] = replace(links[number], sealed=other)
    assert chain.verify(end, links) == [Finding(Fault.ALTERED, number)]


@given(CONTENTS, st.data())
def test_two_entries_that_change_places_are_found(contents: list[bytes], data: st.DataObject) -> None:
    end, links, _key = grown(contents)
    one = data.draw(st.integers(0, len(links) - 2))
    other = data.draw(st.integers(one + 1, len(links) - 1))
    links[one], links[other] = replace(links[other], number=one), replace(links[one], number=other)
    assert chain.verify(end, links) == [Finding(Fault.SWAPPED, one)]


@given(CONTENTS, st.data())
def test_a_hole_is_found_where_it_begins(contents: list[bytes], data: st.DataObject) -> None:
    end, links, _key = grown(contents)
    number = data.draw(st.integers(0, len(links) - 2))
    assert chain.verify(end, links[:number] + links[number + 1 :]) == [Finding(Fault.MISSING, number)]


@given(CONTENTS, st.data())
def test_a_shorter_chain_is_found_whatever_its_head_says(contents: list[bytes], data: st.DataObject) -> None:
    end, links, _key = grown(contents)
    kept = data.draw(st.integers(0, len(links) - 1))
    assert chain.verify(end, links[:kept]) == [Finding(Fault.CUT, kept)]
    before = NOTHING_BEFORE
    for link in links[:kept]:
        before = link.digest(before)
    moved = replace(end, number=kept - 1, digest=before)
    assert chain.verify(moved, links[:kept]) == [Finding(Fault.CUT, kept)]


@given(CONTENTS, st.data())
def test_the_key_that_signs_next_cannot_sign_before(contents: list[bytes], data: st.DataObject) -> None:
    end, links, signing_key = grown(contents)
    number = data.draw(st.integers(0, len(links) - 1))
    before = NOTHING_BEFORE
    for link in links[:number]:
        before = link.digest(before)
    links[number], _next = chain.sign_link(signing_key, before, ORGANISATION, number, "k" * 32, b"a lie")
    assert chain.verify(end, links) == [Finding(Fault.FORGED, number)]


def test_a_chain_is_of_one_organisation() -> None:
    end, _links, _key = grown([b"one", b"two"])
    _end, theirs, _key = grown([b"one", b"two"], organisation="1" * 32)
    assert chain.verify(end, theirs) == [Finding(Fault.ALTERED, 0)]


def test_a_chain_that_begins_with_another_key_does_not_verify() -> None:
    end, links, _key = grown([b"one"])
    other = replace(end, genesis=chain.public_half(chain.new_signing_key()))
    assert chain.verify(other, links) == [Finding(Fault.ALTERED, 0)]


@pytest.mark.parametrize("field", ["key_id", "next_public", "signature"])
def test_each_part_of_an_entry_is_signed(field: str) -> None:
    end, links, _key = grown([b"one", b"two", b"three"])
    value = getattr(links[1], field)
    links[1] = replace(links[1], **{field: value[::-1] if field != "key_id" else "other" * 6})
    assert chain.verify(end, links) == [Finding(Fault.ALTERED, 1)]


def test_a_public_key_or_a_signature_of_another_length_is_a_fault_and_no_error() -> None:
    end, links, _key = grown([b"one", b"two"])
    assert chain.verify(end, [links[0], replace(links[1], signature=b"short")]) == [Finding(Fault.ALTERED, 1)]
    assert chain.verify(replace(end, genesis=b"short"), links) == [Finding(Fault.ALTERED, 0)]
    assert chain.verify(replace(end, public=b"short"), links) == [Finding(Fault.CUT, 2)]


def test_each_entry_is_signed_with_another_key() -> None:
    _end, links, _key = grown([bytes([number]) for number in range(50)])
    assert len({link.next_public for link in links}) == 50


def test_the_signature_of_a_head_is_over_all_that_it_says() -> None:
    end, _links, signing_key = grown([b"one"])
    signature = chain.sign_head(signing_key, end, "2030-01-01")
    assert chain.sign_head(signing_key, end, "2030-01-01") == signature
    assert chain.sign_head(signing_key, end, "2030-01-02") != signature
    for change in ({"number": 1}, {"digest": bytes(32)}, {"genesis": bytes(32)}, {"organisation_id": "other"}):
        assert chain.sign_head(signing_key, replace(end, **change), "2030-01-01") != signature


def test_what_is_signed_is_what_the_documentation_says() -> None:
    """Written out here without Tala's code: logs that were exported years ago must still verify."""

    def listed(*parts: bytes) -> bytes:
        return b"tala1" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    _end, links, _key = grown([b"one", b"two"])
    first, second = links
    content = [hashlib.sha256(link.sealed).digest() for link in links]
    key, place = b"k" * 32, ORGANISATION.encode()
    over = listed(b"audit", place, b"0", bytes(32), key, content[0], first.next_public)
    Ed25519PublicKey.from_public_bytes(chain.public_half(FIRST_KEY)).verify(first.signature, over)
    digest = hashlib.sha256(listed(b"audit-digest", over, first.signature)).digest()
    assert first.digest(NOTHING_BEFORE) == digest
    over = listed(b"audit", place, b"1", digest, key, content[1], second.next_public)
    Ed25519PublicKey.from_public_bytes(first.next_public).verify(second.signature, over)
