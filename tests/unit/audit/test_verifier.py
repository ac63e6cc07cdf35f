"""The verifier that stands alone shares no code with Tala, and comes to the same verdict about every log."""

from __future__ import annotations

import ast
import base64
import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring import chain
from incidents.keyring.chain import Chain, Fault, Link
from tests.unit.audit.test_chain import CONTENTS, ORGANISATION, grown
from tools import verify_audit

#: What the verifier says where Tala finds a fault.
WORDS = {
    Fault.ALTERED: "is not what was signed",
    Fault.SWAPPED: "stands in another's place",
    Fault.FORGED: "was forged with the key",
    Fault.MISSING: "is missing, or more",
    Fault.CUT: "are missing at the end",
    Fault.HEAD: "the head does not fit",
}
AT = "2030-01-01T00:00:00.000+00:00"
#: Bit flips in what these hold change what is told, not what is proven.
FREE = ("kind", "format", "organisation")


def written(end: Chain, links: list[Link], signing_key: bytes) -> list[str]:
    """An export as its format says, made here without Tala's writer."""
    lines: list[dict[str, Any]] = [
        {
            "kind": "chain",
            "format": "tala-audit-1",
            "organisation": end.organisation_id,
            "genesis": end.genesis.hex(),
        }
    ]
    lines += [
        {
            "kind": "entry",
            "organisation": end.organisation_id,
            "number": link.number,
            "key": link.key_id,
            "sealed": base64.b64encode(link.sealed).decode(),
            "next": link.next_public.hex(),
            "signature": link.signature.hex(),
        }
        for link in links
    ]
    lines.append(
        {
            "kind": "head",
            "organisation": end.organisation_id,
            "number": end.number,
            "digest": end.digest.hex(),
            "public": end.public.hex(),
            "at": AT,
            "signature": chain.sign_head(signing_key, end, AT).hex(),
        }
    )
    return [json.dumps(line) + "\n" for line in lines]


def faults(lines: list[str]) -> list[str]:
    """What the verifier finds."""
    return [fault for log, head in verify_audit.read(lines) for fault in (log.faults if head else ["no head"])]


def run(lines: list[str], *options: str) -> int:
    """The verifier's exit code for a file of these lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        path.write_text("".join(lines), encoding="utf-8")
        return verify_audit.main([str(path), *options])


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(Path(verify_audit.__file__).read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    roots = {name.partition(".")[0] for name in names}
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_what_was_written_is_whole(contents: list[bytes]) -> None:
    lines = written(*grown(contents))
    assert faults(lines) == []
    assert run(lines) == 0


@given(CONTENTS, st.data())
def test_it_agrees_with_tala_about_every_rewriting(contents: list[bytes], data: st.DataObject) -> None:
    """Entries dropped, repeated, exchanged, renumbered and edited at random: the same verdict, or both find nothing."""
    end, links, signing_key = grown(contents)
    for _ in range(data.draw(st.integers(1, 3))):
        one = data.draw(st.integers(0, len(links) - 1))
        other = data.draw(st.integers(0, len(links) - 1))
        match data.draw(st.sampled_from(["drop", "swap", "edit", "end", "number"])):
            case "drop" if len(links) > 1:
                links = links[:one] + links[one + 1 :]
            case "swap":
                mine, theirs = links[one], links[other]
                links[one], links[other] = replace(theirs, number=mine.number), replace(mine, number=theirs.number)
            case "edit":
                links[one] = replace(links[one], sealed=data.draw(st.binary(max_size=5)))
            case "end" if len(links) > 1:
                links = links[:-1]
            case "number":
                links[one] = replace(links[one], number=other)
    expected = [WORDS[finding.fault] for finding in chain.verify(end, links)]
    found = faults(written(end, links, signing_key))
    assert len(found) == len(expected)
    assert all(words in fault for words, fault in zip(expected, found, strict=True))


@given(CONTENTS, st.data())
def test_no_changed_sign_of_a_value_passes(contents: list[bytes], data: st.DataObject) -> None:
    """One sign of one value of one line is another: the file is never called whole."""
    lines = written(*grown(contents))
    number = data.draw(st.integers(0, len(lines) - 1))
    line = json.loads(lines[number])
    name = data.draw(st.sampled_from(sorted(set(line) - set(FREE))))
    value = line[name]
    if isinstance(value, int):
        line[name] = value + data.draw(st.sampled_from([-1, 1, 7]))
    elif value:
        place = data.draw(st.integers(0, len(value) - 1))
        sign = data.draw(st.sampled_from("0123456789abcdefZ!").filter(lambda one: one != value[place]))
        line[name] = value[:place] + sign + value[place + 1 :]
    else:
        line[name] = "AAAA"
    lines[number] = json.dumps(line) + "\n"
    assert run(lines) in {1, 2}


@given(CONTENTS, st.data())
def test_an_export_that_was_cut_anywhere_is_not_whole(contents: list[bytes], data: st.DataObject) -> None:
    text = "".join(written(*grown(contents)))
    kept = text[: data.draw(st.integers(0, len(text) - 2))]
    assert run([kept]) in {1, 2}


@given(st.text(max_size=60))
def test_any_other_file_is_refused_without_a_trace(text: str) -> None:
    assert run([text]) == 2


def test_bits_of_base_64_that_belong_to_no_byte_are_refused() -> None:
    lines = written(*grown([b"\x01"]))
    assert '"AQ=="' in lines[1]
    assert run([lines[0], lines[1].replace('"AQ=="', '"AZ=="'), lines[2]]) == 2


def test_two_logs_in_a_file_are_each_verified() -> None:
    good, bad = written(*grown([b"one"])), written(*grown([b"one", b"two"], organisation="1" * 32))
    assert run(good + bad) == 0
    assert run(good + bad[:1] + bad[2:]) == 1
    assert run(bad[:-1] + good) == 1, "the first one has no head"


def test_lines_of_another_log_are_refused_in_this_one() -> None:
    ours, theirs = written(*grown([b"one", b"two"])), written(*grown([b"one", b"two"], organisation="1" * 32))
    assert run([*ours[:2], theirs[2], *ours[3:]]) == 2


@pytest.mark.parametrize(("given_digits", "code"), [(20, 0), (64, 0), (19, None)])
def test_printed_digits_are_found_where_they_were_printed(given_digits: int, code: int | None) -> None:
    end, links, signing_key = grown([b"one", b"two", b"three"])
    digest = links[0].digest(chain.NOTHING_BEFORE).hex()[:given_digits]
    typed = "-".join(digest[i : i + 4] for i in range(0, len(digest), 4)).upper()
    lines = written(end, links, signing_key)
    if code is None:
        with pytest.raises(SystemExit) as refused:
            run(lines, "--printed", typed)
        assert refused.value.code == 2
    else:
        assert run(lines, "--printed", f"0:{typed}") == code
        assert run(lines, "--printed", "0" * 20) == 1


def test_the_key_it_begins_with_may_be_given_in_part() -> None:
    end, links, signing_key = grown([b"one"])
    lines = written(end, links, signing_key)
    assert run(lines, "--genesis", end.genesis.hex()) == 0
    assert run(lines, "--genesis", end.genesis.hex()[:20]) == 0
    assert run(lines, "--genesis", "00" * 32) == 1


def test_a_head_that_somebody_else_signed_is_found() -> None:
    end, links, _signing_key = grown([b"one"])
    assert any("head is not signed" in fault for fault in faults(written(end, links, chain.new_signing_key())))


def test_an_entry_says_all_that_is_stored_of_it() -> None:
    """A column that the export left out would be one that nobody elsewhere can verify."""
    _end, links, _key = grown([b"one"])
    line = json.loads(written(*grown([b"one"]))[1])
    assert len(asdict(links[0])) == len(line) - 1
    assert line["organisation"] == ORGANISATION
