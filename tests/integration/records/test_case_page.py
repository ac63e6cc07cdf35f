"""The page of a case: sentences, why it counts or not, tables, ways onward."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from incidents.records.schema import CaseDocument, Intervention, KeptAside, RiskScreen
from tests.factories import documents as make

if TYPE_CHECKING:
    from tests.integration.records.conftest import Desk

YESTERDAY = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=1)


def notice(text: str) -> str:
    """The part of a page that says whether a case is counted."""
    start = text.index('aria-label="Is it counted?"')
    return text[start : text.index("</section>", start)]


def test_begins_with_a_sentence_for_each_act_before_any_table(desk: Desk) -> None:
    whom = make.person(pseudonym="Amber Heron")
    text = desk.browser.get(f"/cases/{desk.save(make.about(whom, 'POL_EXT', 'TOR_ASLT'))}")
    told = [
        "According to the account, police extorted money or a bribe from <bdi>Amber Heron</bdi>.",
        "According to the account, police beat or otherwise assaulted <bdi>Amber Heron</bdi>.",
    ]
    places = [text.index(one) for one in told]
    assert places == sorted(places)
    assert places[-1] < text.index("<table")
    assert "happened on <bdi>14 March 2026</bdi> (Philippines)" in text


def test_a_record_without_acts_says_so(desk: Desk) -> None:
    text = desk.browser.get(f"/cases/{desk.save(make.quick_record())}")
    assert "The record does not say yet what was done." in text
    assert "No act is recorded." in text


def test_says_that_a_case_is_counted_by_whose_consent_and_from_when(desk: Desk) -> None:
    whom = make.person(pseudonym="Amber Heron")
    recent = make.incident(date_start=str(YESTERDAY), date_reported=YESTERDAY)
    text = notice(desk.browser.get(f"/cases/{desk.save(make.about(whom, 'POL_EXT', incident=recent))}"))
    assert "This case is counted" in text
    assert "Yes: <bdi>Amber Heron</bdi> has agreed" in text
    from_day = YESTERDAY + dt.timedelta(days=30)
    assert f"from <bdi>{from_day.day} {from_day:%B %Y}</bdi>" in text


def test_an_old_case_may_be_released_now(desk: Desk) -> None:
    text = notice(desk.browser.get(f"/cases/{desk.save(make.document())}"))
    assert "It may be in published totals now" in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "incomplete"}, "nobody has called the record finished"),
        ({"acts": [], "perpetrators": []}, "no violation was recorded"),
        ({"incident": make.incident(country=None, adm1=None)}, "the country is missing"),
        ({"incident": make.incident(priority="PRI_X")}, "it is out of scope"),
        ({"sources": []}, "because of how well it is verified"),
        ({"consents": []}, "nobody harmed in it has agreed"),
    ],
)
def test_says_why_a_case_is_not_counted(desk: Desk, fields: dict[str, object], words: str) -> None:
    text = notice(desk.browser.get(f"/cases/{desk.save(make.document(**fields))}"))
    assert words in text
    assert "published totals" not in text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"answer": "no"}, "has said no"),
        ({"answer": "not_asked"}, "nobody has asked"),
        ({"withdrawn_on": make.TODAY}, "has taken the agreement back"),
        ({"expires_on": dt.date(2020, 1, 1)}, "has run out"),
        ({"given_by": None}, "who answered for"),
        ({"given_by": "CB_NO"}, "could not be asked safely"),
        ({"given_by": "CB_NOK"}, "next of kin answered, but"),
        ({"explained": {"purpose": True}}, "not everything was explained"),
    ],
)
def test_says_in_plain_words_what_is_wrong_with_a_consent(desk: Desk, answer: dict[str, object], words: str) -> None:
    whom = make.person(pseudonym="Amber Heron")
    document = make.about(whom, "POL_EXT", consents=[make.consent(whom, **answer)])
    text = notice(desk.browser.get(f"/cases/{desk.save(document)}"))
    assert words in text
    assert "<bdi>Amber Heron</bdi>" in text


def test_with_consent_of_some_it_says_of_whom(desk: Desk) -> None:
    yes, silent = make.person(pseudonym="Amber Heron"), make.person(pseudonym="Quiet Pine")
    acts = [make.act("LIB_ARR", yes), make.act("LIB_ARR", silent)]
    document = make.document(
        persons=[yes, silent],
        acts=acts,
        perpetrators=[make.perpetrator(*acts)],
        consents=[make.consent(yes)],
    )
    text = notice(desk.browser.get(f"/cases/{desk.save(document)}"))
    assert "counted in part" in text
    assert "Yes: <bdi>Amber Heron</bdi> has agreed" in text
    assert "No: nobody has asked <bdi>Quiet Pine</bdi>." in text


def test_says_how_well_it_is_verified_and_what_the_next_step_needs(desk: Desk) -> None:
    text = desk.browser.get(f"/cases/{desk.save(make.document())}")
    assert "<strong>Credible.</strong>" in text
    assert "The sources alone give: Credible." in text
    assert "To count as corroborated, it needs a second independent source" in text


def test_a_state_actor_without_a_basis_is_asked_about(desk: Desk) -> None:
    whom = make.person()
    act = make.act("POL_EXT", whom)
    document = make.document(
        persons=[whom],
        acts=[act],
        perpetrators=[make.perpetrator(act, attribution_basis=["ATB_NONE"])],
        consents=[make.consent(whom)],
    )
    assert "what links each State actor to the act" in desk.browser.get(f"/cases/{desk.save(document)}")


def test_shows_the_account_in_its_own_language_with_its_paragraphs(desk: Desk) -> None:
    told = make.incident(narrative="Une femme.\n\nUn pont.", narrative_lang="fr")
    text = desk.browser.get(f"/cases/{desk.save(make.document(incident=told))}")
    assert '<p dir="auto" lang="fr">Une femme.</p>' in text
    assert '<p dir="auto" lang="fr">Un pont.</p>' in text


def test_what_somebody_typed_is_shown_as_text(desk: Desk) -> None:
    told = make.incident(narrative="<script>alert(1)</script> & {{ 7 * 7 }} %(who)s")
    text = desk.browser.get(f"/cases/{desk.save(make.document(incident=told))}")
    assert "<script>" not in text
    assert "{{ 7 * 7 }} %(who)s" in text


def full_case() -> CaseDocument:
    """A case with something in every table."""
    step = Intervention(type="INT_SPUA", date=dt.date(2026, 4, 1), note="Written to a fictional committee.")
    left = KeptAside(column="Fictional column", row=3, value="kept value", why="fits nowhere")
    return make.document(
        interventions=[step],
        kept_aside=[left, left.model_copy(update={"id": "0" * 32})],
        incident=make.incident(persons_affected_min=2, persons_affected_best=3, persons_affected_max=9),
    )


def test_tables_speak_plain_words_and_no_codes(desk: Desk) -> None:
    text = desk.browser.get(f"/cases/{desk.save(full_case())}")
    body = text[text.index("<main") : text.index("</main>")]
    for words in ("Police or law enforcement", "Uniform, badge, vehicle or weapon", "Woman or girl", "25 to 34 years"):
        assert words in body
    for code in ("ST_POL", "POL_EXT", "GEN_W", "AGE_25_34", "LNK_VIC", "CP_STAT", "CB_SELF", "ATB_MARK", "RL_CTRY"):
        assert code not in body


def test_numbers_have_their_ranges_and_kept_values_are_counted_not_shown(desk: Desk) -> None:
    text = desk.browser.get(f"/cases/{desk.save(full_case())}")
    assert "<bdi>3</bdi> (<bdi>2</bdi> to <bdi>9</bdi>)" in text
    assert "Values of an import that found no place" in text
    assert "kept value" not in text
    assert "Fictional column" in text


def test_says_who_recorded_it_and_who_saved_it_last_by_name(desk: Desk) -> None:
    incident_id = desk.save(make.document(recorder=desk.team.second_researcher.id))
    text = desk.browser.get(f"/cases/{incident_id}")
    assert f"Recorded by <bdi>{desk.team.second_researcher.username}</bdi>." in text
    assert f"Save <bdi>1</bdi>, by <bdi>{desk.team.researcher.username}</bdi> on <bdi>24 November 2026</bdi>." in text
    assert desk.team.second_researcher.id not in text


def test_leads_to_editing_identity_summary_and_history(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    text = desk.browser.get(f"/cases/{incident_id}")
    assert f'action="/cases/{incident_id}/edit"' in text
    for page in ("identity", "summary", "history"):
        assert f'href="/cases/{incident_id}/{page}"' in text


def test_a_case_that_does_not_exist_is_not_found(desk: Desk) -> None:
    for page in ("", "/identity", "/history", "/summary"):
        desk.browser.get(f"/cases/{'0' * 32}{page}", status=404)
        desk.browser.get(f"/cases/nonsense{page}", status=404)


def test_says_what_needs_doing_before_whether_it_is_counted_and_what_stops_the_clock(desk: Desk) -> None:
    since = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=3)
    risk = RiskScreen(recent_assault="yes")
    document = make.document(incident=make.incident(priority="PRI_1", priority_since=since, risk=risk))
    case = desk.save(document)
    text = desk.browser.get(f"/cases/{case}")
    assert text.index("What needs doing now") < text.index("Is it counted?")
    for words in ("2 days late", "72 hours", "The clock stops with the first step of support"):
        assert words in text
    done = Intervention(type="INT_SUP", date=dt.datetime.now(tz=dt.UTC).date())
    helped = risk.model_copy(update={"help_arranged": ["care_72h"]})
    calm = document.incident.model_copy(update={"risk": helped})
    desk.change(case, incident=calm, interventions=[done])
    assert "What needs doing now" not in desk.browser.get(f"/cases/{case}")


def test_the_long_tables_are_folded_and_advice_stands_before_them(desk: Desk) -> None:
    case = desk.save(make.about(make.person(), "OTH"))
    text = desk.browser.get(f"/cases/{case}")
    assert text.index("1 answer is worth a second look") < text.index("<summary>In tables</summary>")
    assert text.index("<summary>In tables</summary>") < text.index("<table", text.index("<summary>In tables</summary>"))
