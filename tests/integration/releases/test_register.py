"""After a release left: newer versions, withdrawal, the public page by two people, and checking without Tala."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from incidents.extensions import db
from incidents.publishing import services as publishing
from incidents.releases import past, register
from incidents.releases.manifest import stated_in
from incidents.releases.models import Release, ReleaseFile
from incidents.releases.writers import FORMATS
from tests.factories.facts import facts, keep
from tests.integration.releases.test_releasing import address, file_of, released
from tools import verify_release

if TYPE_CHECKING:
    from pathlib import Path

    from tests.factories.world import Browser, Team, World


@pytest.fixture
def team(world: World) -> Team:
    """Two researchers, an advocate, and enough people to count."""
    team = world.team("Fictional Network of Tests")
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"), facts(14, violation="TOR", gender="GEN_M"))
    return team


def numbered(number: int) -> Release:
    return db.session.query(Release).filter_by(number=number).one()


def saved(browser: Browser, release_id: str, folder: Path) -> tuple[Path, list[Path]]:
    """Manifest and files of a release as somebody outside has them."""
    manifest = folder / "manifest.json"
    manifest.write_bytes(browser.client.get(f"/releases/{release_id}/manifest").data)
    files = []
    for name in FORMATS:
        files.append(folder / f"copy.{name}")
        files[-1].write_bytes(file_of(browser, release_id, name).data)
    return manifest, files


def test_the_same_question_again_is_a_new_version_and_the_older_one_points_to_it(team: Team) -> None:
    browser = team.advocate.browser()
    first = released(browser)
    keep(team.researcher, facts(50))
    second = released(browser)
    assert (numbered(2).version, numbered(2).supersedes) == (2, 1)
    assert f'href="/releases/{second}"' in browser.get(f"/releases/{first}")
    assert "There is a newer version" not in browser.get(f"/releases/{second}")


def test_another_question_supersedes_nothing(team: Team) -> None:
    browser = team.advocate.browser()
    released(browser)
    released(browser, by2="")
    assert (numbered(2).version, numbered(2).supersedes) == (1, None)


def test_every_file_is_written_again_from_the_register_byte_for_byte(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    browser.client.set_cookie("tala-locale", "ar-XB")
    other_language = released(browser, by2="")
    keep(team.researcher, facts(50))
    for one in (release_id, other_language):
        assert register.check(register.whole(one)) == register.Check(signed=True, altered=(), different=())
    page = browser.get(f"/releases/{release_id}/check")
    assert "tala-release-1.csv" in page


def test_a_file_that_was_changed_in_the_database_is_named(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    row = db.session.get_one(ReleaseFile, (release_id, "csv"))
    row.content = row.content.replace(b"117", b"118")
    db.session.commit()
    found = register.check(register.whole(release_id))
    assert (found.altered, found.different) == (("tala-release-1.csv",),) * 2


def test_a_table_that_was_changed_in_the_register_writes_other_files(team: Team) -> None:
    release_id = released(team.advocate.browser())
    row = numbered(1)
    table = json.loads(row.table)
    # The last one is a leaf, which stands in every format.
    assert table["cells"][-1] == 0
    table["cells"][-1] = 1
    row.table = json.dumps(table)
    db.session.commit()
    assert len(register.check(register.whole(release_id)).different) == len(FORMATS)


def test_the_manifest_states_what_left_and_is_signed_by_the_organisation(team: Team) -> None:
    browser = team.advocate.browser()
    released(browser)
    stated = stated_in(numbered(1).manifest)
    assert stated is not None
    assert (stated["number"], stated["version"], stated["tier"]) == (1, 1, "A")
    assert stated["publisher"] == "Fictional Network of Tests"
    assert stated["question"]["dimensions"] == ["violation_group", "gender"]
    assert set(stated["files"]) == {f"tala-release-1.{ending}" for ending in FORMATS}
    released(browser, by2="")
    again = stated_in(numbered(2).manifest)
    assert again is not None
    assert (again["signer"], again["snapshot"]) == (stated["signer"], stated["snapshot"])
    keep(team.researcher, facts(1))
    released(browser, by2="age")
    later = stated_in(numbered(3).manifest)
    assert later is not None
    assert later["snapshot"] != stated["snapshot"]


def test_the_verifier_finds_nothing_wrong_with_what_was_downloaded(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    manifest, files = saved(browser, release_id, tmp_path)
    signer = json.loads(manifest.read_text().partition("\n")[0])["signer"]
    assert verify_release.main([str(manifest), *map(str, files), "--signer", signer]) == 0
    assert "all is well" in capsys.readouterr().out
    for digits in ("", signer[:20], "0" * 64):
        assert verify_release.main([str(manifest), "--signer", digits]) == 1
        assert "all is well" not in capsys.readouterr().out
    assert verify_release.main([str(manifest), str(tmp_path / "absent.csv"), "--signer", signer]) == 1


def test_one_bit_changed_anywhere_in_a_manifest_or_file_is_found(team: Team, tmp_path: Path) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    manifest, files = saved(browser, release_id, tmp_path)
    whole = manifest.read_bytes()
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        assert not _passes(bytes(changed)), bit
    for file in files:
        content = file.read_bytes()
        for bit in range(0, len(content) * 8, 97):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            file.write_bytes(changed)
            assert verify_release.main([str(manifest), str(file)]) == 1
        file.write_bytes(content)


def _passes(content: bytes) -> bool:
    try:
        return verify_release.read(content)[1]
    except verify_release.Unreadable:
        return False


def test_files_of_a_withdrawn_release_are_given_to_nobody(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    browser.post(f"/releases/{release_id}/withdraw", {}, status=422)
    browser.post(f"/releases/{release_id}/withdraw", {"reason": "consent"}, status=303)
    assert browser.client.get(f"/releases/{release_id}/files/csv").status_code == 410
    page = browser.get(f"/releases/{release_id}")
    assert "taken their consent back" in page
    assert "/files/csv" not in page
    assert ">117<" not in page
    browser.post(f"/releases/{release_id}/withdraw", {"reason": "error"}, status=409)


def test_another_organisation_withdraws_nothing(team: Team, world: World) -> None:
    release_id = released(team.advocate.browser())
    stranger = world.team("Another Fictional Network").advocate.browser()
    stranger.post(f"/releases/{release_id}/withdraw", {"reason": "error"}, status=403)
    stranger.post(f"/releases/{release_id}/public", {}, status=403)
    assert numbered(1).withdrawn_on is None


def test_a_release_is_public_only_when_a_second_person_agrees(team: Team) -> None:
    advocate, researcher = team.advocate.browser(), team.researcher.browser()
    release_id = released(advocate)
    advocate.post(f"/releases/{release_id}/public", {}, status=303)
    shown = _digest(researcher.get(f"/releases/{release_id}"))
    advocate.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=409)
    assert publishing.releases() == []
    researcher.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=303)
    assert [one.number for one in publishing.releases()] == [1]


def test_an_approval_is_of_what_was_shown_and_of_nothing_else(team: Team) -> None:
    advocate, researcher = team.advocate.browser(), team.researcher.browser()
    release_id = released(advocate)
    advocate.post(f"/releases/{release_id}/public", {}, status=303)
    shown = _digest(researcher.get(f"/releases/{release_id}"))
    row = numbered(1)
    row.manifest = row.manifest.replace("Fictional", "Fictitious")
    db.session.commit()
    researcher.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=409)
    assert publishing.releases() == []


@pytest.mark.parametrize("ended", ["withdraw", "public/end"])
def test_a_public_release_leaves_the_page_when_it_is_withdrawn_or_taken_off(team: Team, ended: str) -> None:
    advocate, researcher = team.advocate.browser(), team.researcher.browser()
    release_id = released(advocate)
    advocate.post(f"/releases/{release_id}/public", {}, status=303)
    shown = _digest(researcher.get(f"/releases/{release_id}"))
    researcher.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=303)
    advocate.post(f"/releases/{release_id}/{ended}", {"reason": "risk"}, status=303)
    assert publishing.releases() == []


def test_a_newer_version_takes_the_place_of_a_public_one_when_it_is_agreed_to_as_well(team: Team) -> None:
    advocate, researcher = team.advocate.browser(), team.researcher.browser()
    for version in (1, 2):
        release_id = released(advocate)
        assert [one.number for one in publishing.releases()] == [version - 1][: version - 1]
        advocate.post(f"/releases/{release_id}/public", {}, status=303)
        shown = _digest(researcher.get(f"/releases/{release_id}"))
        researcher.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=303)
        assert [one.number for one in publishing.releases()] == [version]
        keep(team.researcher, facts(50))


@pytest.mark.parametrize("column", ["table", "manifest"])
def test_what_was_changed_after_it_was_agreed_to_is_not_public_any_more(team: Team, column: str) -> None:
    advocate, researcher = team.advocate.browser(), team.researcher.browser()
    release_id = released(advocate)
    advocate.post(f"/releases/{release_id}/public", {}, status=303)
    shown = _digest(researcher.get(f"/releases/{release_id}"))
    researcher.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=303)
    row = numbered(1)
    setattr(row, column, getattr(row, column).replace("60", "61"))
    db.session.commit()
    assert publishing.releases() == []


def _digest(page: str) -> str:
    return page.partition('name="shown" value="')[2][:64]


@pytest.mark.parametrize("few", [1, 4])
def test_a_newer_version_does_not_tell_of_the_few_who_came_in_between(team: Team, few: int) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    keep(team.researcher, facts(few, violation="TOR", gender="GEN_M"))
    page = browser.client.get(address()).text
    assert "Beside release 1" in page
    assert 'name="shown"' not in page
    browser.post(f"/releases/{release_id}/withdraw", {"reason": "error"}, status=303)
    assert "Beside release 1" in browser.client.get(address()).text, "what was withdrawn has left all the same"
    keep(team.researcher, facts(20, violation="TOR", gender="GEN_M"))
    released(browser)


def test_a_table_too_large_to_work_out_is_compared_number_by_number(
    monkeypatch: pytest.MonkeyPatch, team: Team
) -> None:
    monkeypatch.setattr(past, "MOST_CELLS", 0)
    browser = team.advocate.browser()
    released(browser)
    keep(team.researcher, facts(2))
    assert "Beside release 1" in browser.client.get(address()).text
    keep(team.researcher, facts(30))
    released(browser)
