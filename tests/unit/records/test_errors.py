"""Errors: at the field, in plain words, without a word of the case."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from incidents.records.errors import MESSAGES, FieldError, field_errors, problem
from incidents.records.schema import CaseDocument

CANARY = "Canary Name 7731"


def errors_of(**fields: Any) -> list[FieldError]:
    with pytest.raises(ValidationError) as refused:
        CaseDocument.model_validate(fields)
    return field_errors(refused.value)


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"incident": {"country": "Atlantis"}}, "incident.country", "code_unknown"),
        ({"incident": {"country": "NET_ANPUD"}}, "incident.country", "code_unknown"),
        ({"incident": {"network": ["PH"]}}, "incident.network", "code_unknown"),
        ({"incident": {"date_start": "2026-02-31"}}, "incident.date_start", "date_no_such_day"),
        ({"incident": {"date_start": 20260231}}, "incident.date_start", "date_malformed"),
        ({"incident": {"date_reported": "yesterday"}}, "incident.date_reported", "date_malformed"),
        ({"incident": {"killed_best": "many"}}, "incident.killed_best", "not_a_number"),
        ({"incident": {"killed_best": -1}}, "incident.killed_best", "number_too_small"),
        ({"incident": {"killed_best": 10**9}}, "incident.killed_best", "number_too_large"),
        ({"incident": {"killed_min": 5, "killed_best": 2}}, "incident.killed_best", "numbers_out_of_order"),
        ({"incident": {"open_source": "perhaps"}}, "incident.open_source", "not_yes_or_no"),
        ({"incident": {"time_of_day": "tea time"}}, "incident.time_of_day", "not_listed"),
        ({"incident": {"narrative": "a\x00b"}}, "incident.narrative", "text_control"),
        ({"incident": {"narrative": 7}}, "incident.narrative", "not_text"),
        ({"incident": {"narrative": "a\ud800b"}}, "incident.narrative", "text_control"),
        ({"incident": {"adm1": "Cebu"}}, "incident.adm1", "area_malformed"),
        ({"incident": {"adm1": "KE-01", "country": "PH"}}, "incident.adm1", "area_outside_country"),
        ({"incident": {"ref": "AAAA"}}, "incident.ref", "reference_malformed"),
        ({"incident": {"id": "1"}}, "incident.id", "id_malformed"),
        ({"incident": {"narrative_lang": "klingon"}}, "incident.narrative_lang", "language_malformed"),
        ({"incident": {"geo": {"lat": 91, "lon": 0}}}, "incident.geo.lat", "number_too_large"),
        ({"persons": [{"name": "a\u202eb"}]}, "persons.0.name", "text_bidi"),
        ({"persons": [{"name": "a" * 501}]}, "persons.0.name", "text_too_long"),
        ({"persons": [{"shoe_size": 40}]}, "persons.0.shoe_size", "unexpected"),
        ({"persons": [{}] * 1001}, "persons", "too_many"),
        ({"acts": [{}]}, "acts.0.violation", "missing"),
        ({"acts": [{"violation": "POL_EXT", "methods": ["MT_BEAT", "MT_TEA"]}]}, "acts.0.methods", "code_unknown"),
        (
            {"acts": [{"violation": "POL_EXT", "amount_extorted": {"amount": "ten", "currency": "USD"}}]},
            "acts.0.amount_extorted.amount",
            "money_malformed",
        ),
        (
            {"acts": [{"violation": "POL_EXT", "amount_extorted": {"amount": 10, "currency": "pesos"}}]},
            "acts.0.amount_extorted.currency",
            "money_malformed",
        ),
        ({"evidence": [{"sha256": "abc"}]}, "evidence.0.sha256", "hash_malformed"),
        ({"evidence": [{"media_type": "a picture"}]}, "evidence.0.media_type", "media_type_malformed"),
        ({"schema_version": 3}, "schema_version", "not_listed"),
    ],
)
def test_each_mistake_is_named_at_its_field(fields: dict[str, Any], path: str, kind: str) -> None:
    assert [(error.path, error.type) for error in errors_of(**fields)] == [(path, kind)]


def test_every_mistake_of_a_form_is_reported_at_once() -> None:
    found = errors_of(incident={"country": "X", "date_start": "X"}, persons=[{"gender": "X"}])
    assert {error.path for error in found} == {"incident.country", "incident.date_start", "persons.0.gender"}


def test_a_limit_is_a_parameter_of_the_sentence() -> None:
    (error,) = errors_of(incident={"killed_best": -1})
    assert error.message % error.params == "Write a number that is 0 or more."
    (error,) = errors_of(persons=[{"name": "a" * 501}])
    assert error.message % error.params == "Shorten this to 500 characters or fewer."


def test_the_year_that_was_meant_is_a_parameter_of_the_sentence() -> None:
    (error,) = errors_of(incident={"date_start": "2568-05-01"})
    assert error.message % error.params == "This looks like a year of the Buddhist calendar. Did you mean 2025?"


@pytest.mark.parametrize(
    "fields",
    [
        {"incident": {"country": CANARY}},
        {"incident": {"date_start": CANARY}},
        {"incident": {"narrative": CANARY + "\x00"}},
        {"incident": {CANARY: 1}},
        {"persons": [{"name": CANARY + "\u202e"}]},
        {"persons": CANARY},
        {"acts": [{"violation": CANARY}]},
        {"acts": [{"violation": "POL_EXT", "person_id": CANARY}]},
    ],
)
def test_no_error_repeats_what_was_typed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        CaseDocument.model_validate(fields)
    values = [(error.message, error.params) for error in field_errors(refused.value)]
    assert CANARY not in repr(values)
    if CANARY not in fields.get("incident", {}):  # pydantic names an unknown field, as it must
        assert CANARY not in str(refused.value)
        assert CANARY not in repr(refused.value)


def test_every_sentence_ends_and_says_its_parameters_by_name() -> None:
    for kind, message in MESSAGES.items():
        assert message.endswith((".", "?")), kind
        assert "%s" not in message
        assert "{" not in message
        assert not re.search(r"%(?!\(\w+\)s)", message), kind


def test_a_problem_carries_its_stable_type_and_sentence() -> None:
    raised = problem("text_too_long", limit=5)
    assert (raised.type, raised.message_template) == ("text_too_long", MESSAGES["text_too_long"])


def test_an_error_nobody_foresaw_still_says_something() -> None:
    (error,) = errors_of(persons="not a list")
    assert (error.path, error.type, error.message) == ("persons", "invalid", "Check this answer.")
