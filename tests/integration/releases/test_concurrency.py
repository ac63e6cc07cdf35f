"""Two advocates at the same moment: each release has a number of its own, and its files say that number."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from incidents.extensions import db
from incidents.releases.models import Release, ReleaseFile
from tests.factories.facts import facts, keep
from tests.integration.releases.test_releasing import QUESTION, SHOWN, address

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import World


def test_releases_made_at_once_have_numbers_of_their_own(app: Flask, world: World) -> None:
    team = world.team()
    keep(team.researcher, facts(30), facts(30, month=202608))
    asked = {"by": "quarter", "by2": ""}
    browsers = [team.advocate.browser() for _ in range(4)]
    shown = SHOWN.search(browsers[0].get(address(**asked)))
    assert shown
    forms = [{**QUESTION, **asked, "shown": shown[1], "csrf_token": browser.token()} for browser in browsers]

    def release(place: int) -> int:
        with app.app_context():
            return browsers[place].client.post("/releases/new", data=forms[place]).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        assert set(pool.map(release, range(len(browsers)))) == {303}
    db.session.rollback()
    assert sorted(number for (number,) in db.session.query(Release.number)) == [1, 2, 3, 4]
    for kept in db.session.query(ReleaseFile).filter_by(format="csv"):
        rows = csv.DictReader(io.StringIO(kept.content.decode("utf-8-sig")))
        number = db.session.get_one(Release, kept.release_id).number
        assert {row["release"] for row in rows} == {str(number)}
