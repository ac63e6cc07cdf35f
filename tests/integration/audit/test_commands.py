"""``flask audit``: verifying at the terminal, and a file for somebody who verifies it elsewhere."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from incidents.audit import exporting
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from tests.integration.audit.logs import entry, exported, verify_elsewhere, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.factories.world import Team, World


def run(world: World, *arguments: str) -> tuple[int, str]:
    done = world.app.test_cli_runner().invoke(args=["audit", *arguments])
    return done.exit_code, done.output


def changed(team: Team) -> None:
    with writing(db.session):
        db.session.delete(entry(team, 5))


def test_whole_logs_end_with_0_and_a_changed_one_with_1(world: World) -> None:
    one, other = world.team("Fictional First"), world.team("Fictional Second")
    write(one, 4)
    status, told = run(world, "verify")
    assert (status, told.count("whole:")) == (0, 2)
    changed(one)
    status, told = run(world, "verify")
    assert (status, told.count("whole:")) == (1, 1)
    assert "entry 5 is missing" in told
    assert run(world, "verify", "Fictional Second")[0] == 0
    assert run(world, "verify", one.organisation_id)[0] == 1
    del other


def test_an_organisation_that_nobody_knows_is_told_so(world: World) -> None:
    status, told = run(world, "verify", "Nobody's")
    assert status == 1
    assert "No organisation of this name has a log" in told
    assert run(world, "verify") == (0, "")


def test_printed_digits_are_looked_up_at_the_terminal(world: World) -> None:
    team = world.team("Fictional First")
    printed = str(audit.head(team.organisation_id))
    write(team, 2)
    assert "it ended there with entry" in run(world, "verify", "Fictional First", "--printed", printed)[1]
    status, told = run(world, "verify", "Fictional First", "--printed", "0000-0000-0000-0000-0000")
    assert (status, "it never did" in told) == (1, True)


def test_the_file_is_for_its_owner_alone_verifies_elsewhere_and_is_logged(world: World, tmp_path: Path) -> None:
    team, _other = world.team(), world.team()
    path = tmp_path / "log.jsonl"
    status, told = run(world, "export", str(path))
    assert (status, "2 logs" in told) == (0, True)
    assert path.stat().st_mode & 0o777 == 0o600
    status, told = verify_elsewhere(path)
    assert (status, told.count("whole:")) == (0, 2)
    assert run(world, "export", str(path))[0] == 1
    assert run(world, "export", str(tmp_path / "one.jsonl"), "--organisation", team.organisation_id)[0] == 0
    assert (tmp_path / "one.jsonl").read_text().count('"kind":"chain"') == 1


def test_the_file_holds_no_word_of_an_entry(world: World, tmp_path: Path) -> None:
    team = world.team()
    with writing(db.session):
        audit.record(team.organisation_id, Act.RELEASED, by=team.researcher.id, reason="nobody may read this word")
    content = exported(team, tmp_path).read_text()
    sealed = b"".join(base64.b64decode(json.loads(line).get("sealed", "")) for line in content.splitlines())
    for word in ("nobody may read", team.researcher.id, Act.RELEASED):
        assert word not in content
        assert word.encode() not in sealed


def test_all_short_entries_are_of_one_size(world: World) -> None:
    """How long an entry is must not tell what was done."""
    team = world.team()
    with writing(db.session):
        for act in Act:
            audit.record(team.organisation_id, act, by=team.researcher.id, reason="x" * len(act))
    assert len({len(link.sealed) for link in audit.links(team.organisation_id)}) == 1


@pytest.mark.parametrize(
    ("spoil", "status", "words"),
    [
        (lambda lines: lines[:-1], 1, "ends before the head"),
        (lambda lines: [*lines[:-1], lines[-1][:40]], 2, "not whole"),
        (lambda lines: lines[1:], 2, "outside its log"),
        (lambda lines: lines[:0], 2, "no log in it"),
        (lambda lines: ["[1]\n", *lines], 2, "no line of an exported log"),
        (lambda lines: [*lines, lines[1]], 2, "outside its log"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 1, "entry 0 is missing"),
        (lambda lines: [line.replace('"at":"20', '"at":"21') for line in lines], 1, "head is not signed"),
        (lambda lines: [line.replace("tala-audit-1", "tala-audit-9") for line in lines], 2, "outside its log"),
        (lambda lines: [line.replace('"sealed":"', '"sealed":"!') for line in lines], 2, "cannot read"),
        (lambda lines: [line.replace('"next":"', '"next":"zz') for line in lines], 2, "cannot read"),
    ],
)
def test_a_spoiled_file_is_never_called_whole(
    world: World,
    tmp_path: Path,
    spoil: object,
    status: int,
    words: str,
) -> None:
    path = exported(world.team(), tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(spoil(lines)))  # type: ignore[operator]
    found, told = verify_elsewhere(path)
    assert (found, words in told) == (status, True), told
    assert "whole: nothing" not in told


def test_the_signed_time_of_an_older_export_does_not_fit_a_newer_one(world: World, tmp_path: Path) -> None:
    """Who cuts the log back to an old export still has to show when that export was made."""
    team = world.team()
    old = exported(team, tmp_path).read_text().splitlines()
    write(team, 2)
    new = exported(team, tmp_path).read_text().splitlines()
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join([*new[:-1], old[-1]]))
    assert verify_elsewhere(path)[0] == 1


def test_the_verifier_needs_nothing_of_tala(world: World, tmp_path: Path) -> None:
    """It ran in a folder of its own with an empty environment; a file that does not exist is no fault of a log."""
    status, told = verify_elsewhere(tmp_path / "nothing.jsonl")
    assert (status, "cannot read" in told) == (2, True)
    assert list(exporting.export([])) == []
    del world
