"""The shipped codebook answers the questions other domains ask of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from incidents.codebook.services import (
    UnknownCode,
    UnknownVocabulary,
    codebook,
    is_subdivision,
    subdivisions,
)


def test_the_codebook_is_read_once() -> None:
    assert codebook() is codebook()
    assert codebook().version == "2026.11"
    assert codebook().changes[0].version == codebook().version


def test_a_vocabulary_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownVocabulary):
        codebook().vocabulary("horoscopes")


def test_namibia_is_a_country_and_not_a_missing_value() -> None:
    namibia = codebook().vocabulary("regions")["NA"]

    assert namibia.label == "Namibia"
    assert namibia in codebook().countries()
    assert codebook().network_of("NA") == "NET_AFRICANPUD"
    assert codebook().iso3("NA") == "NAM"
    assert codebook().m49("NA") == "516"
    assert codebook().is_country("NA")
    assert is_subdivision("NA-KH", "NA")


def test_north_america_is_a_region_and_not_namibia() -> None:
    assert not codebook().is_country("NET_NA")
    assert codebook().network_of("CA") == "NET_NA"


def test_countries_are_sorted_by_label_and_leave_networks_out() -> None:
    labels = [country.label for country in codebook().countries()]

    assert labels == sorted(labels)
    assert len(labels) == 250
    assert not any(country.code.startswith("NET_") for country in codebook().countries())


def test_a_country_has_its_network_and_its_codes_in_other_lists() -> None:
    assert codebook().network_of("PH") == "NET_ANPUD"
    assert codebook().iso3("PH") == "PHL"
    assert codebook().m49("PH") == "608"
    assert codebook().m49("AF") == "004"


def test_what_has_no_code_elsewhere_says_so() -> None:
    assert codebook().m49("XK") is None
    assert codebook().iso3("NET_ANPUD") is None
    assert not codebook().is_country("ZZ")
    with pytest.raises(UnknownCode):
        codebook().network_of("ZZ")


def test_areas_of_a_country_come_by_name() -> None:
    areas = subdivisions("PH")

    assert [area.name.casefold() for area in areas] == sorted(area.name.casefold() for area in areas)
    assert ("PH-CEB", "Cebu") in [(area.code, area.name) for area in areas]
    assert {area.code[:3] for area in areas} == {"PH-"}


def test_areas_that_share_a_name_are_told_apart() -> None:
    for country in codebook().countries():
        labels = [area.name for area in subdivisions(country.code)]
        assert len(labels) == len(set(labels)), country.code


def test_an_area_belongs_to_its_own_country_only() -> None:
    assert is_subdivision("PH-CEB", "PH")
    assert not is_subdivision("PH-CEB", "ID")
    assert not is_subdivision("PH-XXX", "PH")
    assert not is_subdivision("", "PH")


def test_a_country_without_listed_areas_has_none() -> None:
    assert subdivisions("XK") == ()
    assert subdivisions("ZZ") == ()


def test_reading_the_codebook_leaves_the_list_of_areas_unread() -> None:
    asks = "import sys; from incidents.codebook.services import codebook; codebook(); print('pycountry' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)  # noqa: S603

    assert answer.stdout.strip() == "False"


def test_violations_are_grouped_with_every_code_under_its_group() -> None:
    tree = codebook().violations_tree()
    groups = {group.code: [code.code for code in codes] for group, codes in tree}

    assert list(groups)[:3] == ["LIF", "TOR", "LIB"]
    assert groups["LIF"][:3] == ["LIF_EJK", "LIF_EJK_OP", "LIF_EJK_VIG"]
    assert groups["OTH"] == []
    listed = [code for group, codes in tree for code in (group, *codes)]
    assert sorted(code.code for code in listed) == sorted(
        code.code for code in codebook().vocabulary("violation_types")
    )


@pytest.mark.parametrize(
    ("violation", "rights"),
    [
        ("LIF_EJK_OP", ("R_LIFE", "R_FAIRTRIAL", "R_REMEDY")),
        ("LIF", ("R_LIFE",)),
        ("POL_SEARCH", ("R_PRIVACY", "R_ABUSEPOWER")),
        ("OTH", ()),
    ],
)
def test_rights_are_a_violations_own_with_the_main_one_first(violation: str, rights: tuple[str, ...]) -> None:
    assert codebook().rights_of(violation) == rights


@pytest.mark.parametrize(
    ("violation", "themes"),
    [
        ("LIF_EJK_OP", ("T_LIFE",)),  # by its group
        ("JUS_DP", ("T_LIFE", "T_LIBERTY")),  # by itself, and by its group
        ("JUS_IMP_REP", ("T_LIBERTY", "T_IMPUNITY")),  # by its parent
        ("LAW_CRIM", ("T_LIBERTY",)),  # by its main right
        ("POL_SEARCH_STRIP", ("T_VIOLDISC", "T_BODY", "T_PRIV")),
        ("OTH", ()),
    ],
)
def test_themes_come_from_the_violation_its_group_or_its_main_right(violation: str, themes: tuple[str, ...]) -> None:
    assert codebook().themes_of(violation) == themes


def test_an_unknown_violation_has_neither_rights_nor_themes() -> None:
    for ask in (codebook().rights_of, codebook().themes_of):
        with pytest.raises(UnknownCode):
            ask("LIF_NOPE")


def test_only_civic_space_and_other_are_without_a_public_theme() -> None:
    without = [code.code for code in codebook().vocabulary("violation_types") if not codebook().themes_of(code.code)]

    assert without == ["CIV", "CIV_ASSO", "CIV_EXP", "OTH"]


@pytest.mark.parametrize(
    ("code", "group"),
    [("ST_POL_DRUG", "ST"), ("SL_VIG", "SL"), ("NS_FAM_IP", "NS"), ("UN_ASS", "UN"), ("ST", "ST")],
)
def test_a_perpetrator_belongs_to_one_of_four_groups(code: str, group: str) -> None:
    assert codebook().perpetrator_group(code) == group


def test_every_age_band_is_child_adult_or_unknown() -> None:
    groups = {
        band.code: codebook().age_group(band.code) for band in codebook().vocabulary("victim_attributes").facet("AGE")
    }

    assert [band for band, group in groups.items() if group == "child"] == [
        "AGE_0_11",
        "AGE_12_14",
        "AGE_15_17",
        "AGE_CH",
    ]
    assert [band for band, group in groups.items() if group == "unknown"] == ["AGE_UNK"]
    assert set(groups.values()) == {"child", "adult", "unknown"}
