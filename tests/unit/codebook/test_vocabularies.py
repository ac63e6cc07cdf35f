"""What the shipped vocabularies promise: sound trees, mappings that lead somewhere, sentences for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pycountry
import pytest

from incidents.codebook.services import DATA, codebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.codebook.services import Code

VOCABULARIES = {
    "campaigns", "consent_levels", "date_precision", "drug_nexus", "grading", "iccs_codes", "interventions",
    "involvement", "methods", "outcomes", "perpetrator_types", "place_precision", "place_types", "priority",
    "regions", "release_level", "rights", "sources", "themes", "un_bodies", "verification_status",
    "victim_attributes", "violation_types",
}  # fmt: skip
FACETS = {
    "consent_levels": ["CL", "CP", "CB", "CM"],
    "grading": ["REL", "CRD", "CON"],
    "involvement": ["INV", "ATB", "OFR", "PST", "CHN"],
    "interventions": ["INT_SUP", "INT_NAT", "INT_INTL", "INT_PUB", "INT_NONE", "RSP", "IST", "IMP"],
    "outcomes": ["OUT_LIFE", "OUT_HLT", "OUT_LIB", "OUT_SOC", "OUT_REM", "OUT_UNK"],
    "perpetrator_types": ["ST", "SL", "NS", "UN"],
    "rights": ["R", "INST"],
    "sources": ["SRC", "LNK", "IND"],
    "un_bodies": ["UNB_SP", "UNB_TB", "UNB_OTH"],
    "victim_attributes": ["GEN", "TRN", "SOR", "AGE", "UNIT", "KP", "ROLE", "CIVS"],
}  # fmt: skip

# where a token leads: into a vocabulary of ours, or to an outside list whose codes look like this
INSIDE = {
    "RIGHT": "rights", "ART": "rights", "ICCS": "iccs_codes", "VT": "violation_types", "THEME": "themes",
    "CL": "consent_levels", "ALSO": "regions", "COUNTRY": "regions",
}  # fmt: skip
OUTSIDE = {
    "SDG": r"\d{1,2}\.\d{1,2}\.\d{1,2}",
    "SDGAGE": r"child|adult|unknown",
    "HXL": r"#[a-z][a-z0-9]*(\+[a-z]+)*|\+[a-z]+",
    "GBVIMS": r"[a-z_]+|0-11",
    "GBVIMSREL": r"[a-z_]+",
    "PRIMERO": r"verified|unverified|pending_verification|rejected",
    "AIRWARS": r"confirmed|fair|weak|contested|discounted",
    "ACLED": r"[A-Z][A-Za-z/ ]+",
    "ADM": r"[A-F1-6]",
    "ISTANBUL": r"[a-e]",
    "RANK": r"-?\d",
    "UCDPDATE": r"[1-5]",
    "UCDPWHERE": r"[1-7]",
    "ACLEDTIME": r"[1-3]",
    "ACLEDGEO": r"[1-3]",
    "EDTF": r"X{4}|\d{4}(-\d\d(-\d\d)?)?~?(T\d\d:\d\d:\d\d|/\.\.|/\d{4}-\d\d-\d\d)?",
    "DATE": r"--\d\d(-\d\d)?(/--\d\d-\d\d)?|\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?",
    "UNSP": r"UA|AL|OL|REP",
    "UNTB": r"IC|SR",
    "UNHRC": r"UPR",
    "UNDC": r"CND",
    "IGHRDP": r"I{1,3}\.\d{1,2}(\.\d)?",
    "ISO3": r"[A-Z]{3}",
    "M49": r"\d{3}",
    "M49REG": r"002|009|019|142|150",
    "M49SUB": r"\d{3}",
    "M49INT": r"\d{3}",
    "CONF": r"high|medium|low",
    "SCOPE": r"network",
}


def every_code() -> Iterator[tuple[str, Code]]:
    """All codes of all vocabularies, each with where it stands for a failure's message."""
    for vocabulary in codebook().vocabularies.values():
        for code in vocabulary:
            yield f"{vocabulary.name}:{code.code}", code


def test_all_vocabularies_are_there() -> None:
    assert set(codebook().vocabularies) == VOCABULARIES


@pytest.mark.parametrize(("name", "facets"), FACETS.items())
def test_facets_stand_at_the_top_of_their_file(name: str, facets: list[str]) -> None:
    assert [root.code for root in codebook().vocabulary(name).roots] == facets


@pytest.mark.parametrize(
    "name",
    ["date_precision", "drug_nexus", "methods", "place_precision", "priority", "release_level", "themes"],
)
def test_flat_lists_are_flat(name: str) -> None:
    assert all(code.parent is None for code in codebook().vocabulary(name))


def test_trees_are_at_most_four_deep() -> None:
    for vocabulary in codebook().vocabularies.values():
        assert max(len(vocabulary.ancestors(code.code)) for code in vocabulary) <= 3, vocabulary.name


@pytest.mark.parametrize("name", ["violation_types", "perpetrator_types"])
def test_a_codes_name_says_what_it_is_under(name: str) -> None:
    for code in codebook().vocabulary(name):
        assert code.parent is None or code.code.rpartition("_")[0] == code.parent, code.code


def test_a_crime_class_lies_under_the_number_it_extends() -> None:
    crimes = codebook().vocabulary("iccs_codes")
    for code in crimes:
        shorter = [code.code[:length] for length in range(len(code.code) - 1, 1, -1)]
        assert code.parent == next((above for above in shorter if above in crimes), None), code.code


def test_violation_labels_are_unique_in_the_whole_list() -> None:
    labels = [code.label.casefold() for code in codebook().vocabulary("violation_types")]
    assert len(labels) == len(set(labels))
    assert 60 <= len(labels) <= 120


# -- mappings ----------------------------------------------------------------------------------


def test_every_mapping_leads_to_a_code_or_looks_like_one_of_its_list() -> None:
    for where, code in every_code():
        for scheme, targets in code.mappings.items():
            for target in targets:
                if scheme in INSIDE:
                    assert target in codebook().vocabulary(INSIDE[scheme]), f"{where} {scheme}:{target}"
                elif re.fullmatch(r"HURI\d{1,2}", scheme):
                    # OpenEvSys gives its lists 1 to 48 codes of twelve digits
                    assert 1 <= int(scheme[4:]) <= 48, where
                    assert re.fullmatch(r"\d{12}", target), f"{where} {scheme}:{target}"
                else:
                    assert re.fullmatch(OUTSIDE[scheme], target), f"{where} {scheme}:{target}"


@pytest.mark.parametrize(("scheme", "beginning"), [("RIGHT", "R_"), ("THEME", "T_"), ("CL", "CL_"), ("ALSO", "NET_")])
def test_mappings_inside_lead_to_the_right_facet(scheme: str, beginning: str) -> None:
    found = [target for _, code in every_code() for target in code.mappings.get(scheme, ())]
    assert found
    assert all(target.startswith(beginning) for target in found)


def test_articles_lie_under_an_instrument() -> None:
    rights = codebook().vocabulary("rights")
    for where, code in every_code():
        for article in code.mappings.get("ART", ()):
            assert rights.top(article) == "INST", where
            assert rights.ancestors(article)[0].startswith("INST_"), where


def test_every_instrument_and_article_is_used_by_a_right() -> None:
    rights = codebook().vocabulary("rights")
    used = {article for right in rights.facet("R") for article in right.mappings["ART"]}
    articles = {code.code for code in rights.leaves() if rights.within(code.code, "INST")}
    assert articles == used


def test_every_violation_but_other_touches_a_right_and_has_a_huridocs_code() -> None:
    for code in codebook().vocabulary("violation_types"):
        assert code.code == "OTH" or codebook().rights_of(code.code), code.code
        assert any(scheme.startswith("HURI") for scheme in code.mappings), code.code


def test_every_right_is_touched_by_some_violation() -> None:
    touched = {right for code in codebook().vocabulary("violation_types") for right in codebook().rights_of(code.code)}
    assert touched == {right.code for right in codebook().vocabulary("rights").facet("R")}


@pytest.mark.parametrize(
    ("violation", "indicators"),
    [
        ("GBV_RAPE", ("5.2.1", "5.2.2")),  # the perpetrator's row says whether a partner did it
        ("GBV_SA", ("5.2.1", "5.2.2")),
        ("GBV_PHY_IPV", ("5.2.1",)),
        ("GBV_RAPE_CUS", ("5.2.2",)),
        ("LIF_EJK_OP", ("16.1.1",)),
        ("CIV_HRD", ("16.10.1",)),
    ],
)
def test_sdg_tags_tell_partners_from_others(violation: str, indicators: tuple[str, ...]) -> None:
    assert codebook().vocabulary("violation_types")[violation].mappings["SDG"] == indicators


def test_killings_outside_war_are_not_tagged_as_conflict_deaths() -> None:
    assert not [where for where, code in every_code() if "16.1.2" in code.mappings.get("SDG", ())]


@pytest.mark.parametrize("violation", ["LIF_DP", "CDT_STATE", "FAM_CUST", "HLT_OAT", "LAW_CRIM"])
def test_lawful_but_abusive_state_acts_have_no_crime_class(violation: str) -> None:
    assert "ICCS" not in codebook().vocabulary("violation_types")[violation].mappings


def test_consent_purposes_raise_the_level_no_further_than_they_mean() -> None:
    levels = {purpose.code: purpose.mappings["CL"] for purpose in codebook().vocabulary("consent_levels").facet("CP")}

    assert [purpose for purpose, level in levels.items() if level == ("CL_6",)] == ["CP_PUB"]
    assert levels["CP_MED"] == ("CL_4",)
    assert levels["CP_DEATH"] == ("CL_1",)


@pytest.mark.parametrize(
    ("name", "facet"), [("verification_status", None), ("release_level", None), ("consent_levels", "CL")]
)
def test_ranks_are_unique(name: str, facet: str | None) -> None:
    vocabulary = codebook().vocabulary(name)
    codes = vocabulary.facet(facet) if facet else vocabulary.roots
    ranks = [code.mappings["RANK"] for code in codes]
    assert len(ranks) == len(set(ranks))


# -- regions -----------------------------------------------------------------------------------


def test_countries_are_iso_3166_1_and_kosovo() -> None:
    iso = {country.alpha_2 for country in pycountry.countries}
    assert {country.code for country in codebook().countries()} == iso | {"XK"}


def test_country_codes_agree_with_iso() -> None:
    for country in pycountry.countries:
        assert codebook().iso3(country.alpha_2) == country.alpha_3
        assert codebook().m49(country.alpha_2) == country.numeric


def test_country_labels_are_whole_names() -> None:
    for country in codebook().countries():
        assert "&" not in country.label
        assert "St." not in country.label
        assert not country.label.isupper()
    regions = codebook().vocabulary("regions")
    assert regions["BA"].label == "Bosnia and Herzegovina"
    assert regions["CD"].label != regions["CG"].label
    assert regions["US"].label == "United States"


def test_a_second_network_is_another_one() -> None:
    for country in codebook().countries():
        assert country.parent not in country.mappings.get("ALSO", ())


def test_no_country_is_placed_in_the_worldwide_network() -> None:
    assert codebook().vocabulary("regions").children("NET_WHRIN") == ()


# -- words -------------------------------------------------------------------------------------


def test_definitions_are_plain_sentences() -> None:
    for where, code in every_code():
        assert re.match(r"[\"“A-ZÀ-Ý0-9]", code.definition), where
        assert code.definition.endswith("."), where
        assert 4 <= len(code.definition) <= 200, where
        assert len(code.definition.split()) >= 2, where


def test_definitions_say_more_than_the_label() -> None:
    for where, code in every_code():
        assert code.definition.rstrip(".").casefold() != code.label.casefold(), where


@pytest.mark.parametrize("name", sorted(VOCABULARIES - {"regions", "rights"}))
def test_no_two_choices_of_a_facet_share_a_definition(name: str) -> None:
    vocabulary = codebook().vocabulary(name)
    seen = [(vocabulary.top(code.code), code.definition) for code in vocabulary if code.parent or name not in FACETS]
    allowed = {"Not asked, or not known.", "Asked, and chose not to answer."}
    texts = [entry for entry in seen if entry[1] not in allowed]
    assert len(texts) == len(set(texts)), [entry for entry in texts if texts.count(entry) > 1]


@pytest.mark.parametrize(
    "word",
    [
        "facet", "SENSITIVE", "CODED", "META", "multi.", "plaintext", "tombstone", "k test", "k>=", "tier",
        "memory", "verify.", "own addition", "free text", "OAT", "NSP", "ART,", "mt.", "HURIDOCS",
    ],
)  # fmt: skip
def test_nothing_people_read_is_a_note_to_engineers(word: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)" if word[-1].isalnum() else re.escape(word))
    assert not [where for where, code in every_code() if pattern.search(f"{code.label} {code.definition}")]


@pytest.mark.parametrize(
    "word",
    [
        "addict", "addicts", "addiction", "abuser", "abusers", "junkie", "clean", "dealer", "dealers",
        "drug user", "drug users", "drug abuse", "substance abuse", "prostitute", "homeless",
    ],
)  # fmt: skip
def test_nobody_is_called_by_a_word_that_brands_them(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    # the name that people who use drugs gave their own day
    found = [where for where, code in every_code() if pattern.search(f"{code.label} {code.definition}")]
    assert [where for where in found if where != "campaigns:CMP_IDUD"] == []


def test_nothing_is_said_to_be_merged() -> None:
    assert not [where for where, code in every_code() if re.search(r"\bmerg", code.definition)]
    assert "both accounts are kept" in codebook().vocabulary("verification_status")["VS_D"].definition


def test_verification_says_what_is_published_as_what() -> None:
    status = codebook().vocabulary("verification_status")
    assert "credible report" in status["VS_2"].definition
    assert "corroborated" in status["VS_3"].definition
    assert not [code.code for code in status if "minimum" in code.definition.casefold()]


def test_sources_are_references_and_not_remarks() -> None:
    for where, code in every_code():
        assert not re.search(r"\[|\]|memory|task brief|verify\b|stored text", code.source), where


def test_files_are_sorted_as_they_are_shown_and_end_cleanly() -> None:
    for path in DATA.glob("*.csv"):
        content = path.read_bytes()
        assert content.endswith(b"\n"), path.name
        assert not content.endswith(b"\n\n"), path.name
        assert b"\t" not in content, path.name


def test_nothing_of_the_first_version_is_retired_yet() -> None:
    assert not [where for where, code in every_code() if code.valid_to is not None]
