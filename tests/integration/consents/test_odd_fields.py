"""Odd signs in every field of the forms of consent and of a receipt: an answer, and never a broken page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.integration.consents.scenes import agreed, receipt, saved

if TYPE_CHECKING:
    from tests.factories.world import World

ODD: Final = "\0 é \ud7ff \u202e <script> %s {{ 7*7 }} " + "9" * 5000


@pytest.mark.parametrize("odd", [ODD, "", "\u200f"])
def test_every_field_answers_odd_signs(world: World, odd: str) -> None:
    team = world.team()
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    holder = receipt(team, document)
    browser = team.researcher.browser()
    case = f"/cases/{document.incident.id}/consent/{document.persons[0].id}"
    fields = dict.fromkeys(("how", "purposes", "by", "on", "expected"), odd)
    browser.post(case, fields, status=422)
    assert browser.client.post(
        f"{case}/receipt", data={"csrf_token": browser.token(), "word": odd, "expected": odd}
    ).status_code in {409, 422}
    browser.post(f"{case}/receipt/revoke", {"expected": odd}, status=409)
    stranger = world.app.test_client()
    for do in ("narrow", "tell", "open", odd):
        answer = stranger.post("/note", data={**holder.typed, "do": do, "purposes": odd, "text": odd})
        assert answer.status_code in {200, 422}
        assert "<script>" not in answer.get_data(as_text=True)
    assert stranger.post("/note", data={"words": odd, "word": odd}).status_code == 422
