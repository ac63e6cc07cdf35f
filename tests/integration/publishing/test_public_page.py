"""What everybody sees: nothing unless the instance says so, then what two agreed to, and the same as plain files."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from flask import current_app

from incidents.publishing.commands import publish
from incidents.releases.writers import FORMATS
from tests.factories.facts import facts, keep
from tests.integration.releases.test_register import _digest
from tests.integration.releases.test_releasing import released
from tools import verify_release

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.factories.world import Team, World

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def team(world: World) -> Team:
    """Enough people to count."""
    team = world.team("Fictional Network of Tests")
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"), facts(14, violation="TOR", gender="GEN_M"))
    return team


@pytest.fixture
def public(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application of an instance that has a public page."""
    monkeypatch.setitem(app.extensions, "tala-settings", replace(app.extensions["tala-settings"], public=True))
    return app


def agreed(team: Team, **changes: str) -> str:
    """A release that two people agreed to show."""
    advocate, researcher = team.advocate.browser(), team.researcher.browser()
    release_id = released(advocate, **changes)
    advocate.post(f"/releases/{release_id}/public", {}, status=303)
    shown = _digest(researcher.get(f"/releases/{release_id}"))
    researcher.post(f"/releases/{release_id}/public/approval", {"shown": shown}, status=303)
    return release_id


def test_an_instance_has_no_public_page_unless_it_says_so(team: Team, app: Flask) -> None:
    agreed(team)
    for address in ("/public", "/public/method", "/public/feed.xml", "/public/releases/1"):
        assert app.test_client().get(address).status_code == 404


def test_everybody_sees_what_two_agreed_to_and_nothing_else(team: Team, public: Flask) -> None:
    agreed(team)
    released(team.advocate.browser(), by2="")
    stranger = public.test_client()
    page = stranger.get("/public").text
    assert "/public/releases/1" in page
    assert "/public/releases/2" not in page
    table = stranger.get("/public/releases/1")
    assert ">117<" in table.text
    assert stranger.get("/public/releases/2").status_code == 404
    assert stranger.get("/public/releases/2/tala-release-2.csv").status_code == 404
    assert "Set-Cookie" not in table.headers


def test_what_everybody_sees_does_not_depend_on_who_looks(team: Team, public: Flask) -> None:
    agreed(team)
    seen = {
        public.test_client().get("/public/releases/1").data,
        team.advocate.browser().client.get("/public/releases/1").data,
    }
    assert len(seen) == 1


def test_files_of_the_public_page_are_those_of_the_register(team: Team, public: Flask) -> None:
    release_id = agreed(team)
    for ending in FORMATS:
        mine = team.advocate.browser().client.get(f"/releases/{release_id}/files/{ending}")
        assert public.test_client().get(f"/public/releases/1/tala-release-1.{ending}").data == mine.data


def test_a_withdrawn_release_is_gone_at_once(team: Team, public: Flask) -> None:
    release_id = agreed(team)
    team.advocate.browser().post(f"/releases/{release_id}/withdraw", {"reason": "consent"}, status=303)
    for address in ("/public/releases/1", "/public/releases/1/tala-release-1.csv", "/public/releases/1/manifest.json"):
        assert public.test_client().get(address).status_code == 404
    assert "/public/releases/1" not in public.test_client().get("/public").text


def test_the_feed_is_atom_and_names_each_release_once(team: Team, public: Flask) -> None:
    agreed(team)
    root = ET.fromstring(public.test_client().get("/public/feed.xml").data)  # noqa: S314 - our own
    assert root.tag == f"{ATOM}feed"
    assert [one.findtext(f"{ATOM}id") for one in root.iter(f"{ATOM}entry")] == ["http://localhost/public/releases/1"]
    assert root.findtext(f"{ATOM}updated", "").endswith("T00:00:00Z")


def test_definitions_stand_on_the_page_of_the_method(public: Flask) -> None:
    page = public.test_client().get("/public/method").text
    assert "Documented cases, not prevalence" in page
    assert page.count("<dt") > 100


def test_the_page_as_plain_files_leads_to_every_file_and_each_can_be_verified(
    team: Team, public: Flask, tmp_path: Path
) -> None:
    agreed(team)
    folder = tmp_path / "site"
    result = public.test_cli_runner().invoke(publish, [str(folder), "--origin", "https://example.org/tala/"])
    assert result.exit_code == 0, result.output
    for page in folder.rglob("*.html"):
        for address in re.findall(r'(?:href|src)="([^"#]+)"', page.read_text()):
            if not address.startswith(("https:", "data:")):
                assert (page.parent / address).is_file(), address
    release = folder / "releases" / "1"
    files = [str(release / f"tala-release-1.{ending}") for ending in FORMATS]
    signer = json.loads((release / "manifest.json").read_text().partition("\n")[0])["signer"]
    assert verify_release.main([str(release / "manifest.json"), *files, "--signer", signer]) == 0
    feed = ET.fromstring((folder / "feed.xml").read_bytes())  # noqa: S314 - our own
    for one in feed.iter(f"{ATOM}link"):
        place = one.attrib["href"].removeprefix("https://example.org/tala/")
        assert (folder / place).exists(), place


def test_plain_files_are_not_written_over_older_ones(public: Flask, tmp_path: Path) -> None:
    (tmp_path / "withdrawn.html").write_text("old")
    assert public.test_cli_runner().invoke(publish, [str(tmp_path)]).exit_code == 1
    assert current_app
