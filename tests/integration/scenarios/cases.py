"""Twelve plainly fictional cases, each of a kind that networks of people who use drugs document."""

from __future__ import annotations

from typing import Final

from tests.integration.scenarios.telling import Entry, Scenario, act, agreed, man, setting, testimony, woman

OPERATION: Final = Scenario(
    name="killed in a drug operation by masked riders",
    incident=setting("Fictional riders without any sign shot a man during a raid.", "NX_OP", "PH", "PL_STREET"),
    people={"him": man(deceased="yes")},
    acts={"shot": act("LIF_EJK_OP", "him", methods=["MT_GUN"], status_at_end=["OUT_DEAD"])},
    # Masked, no sign: whoever they were, they stay unidentified (coding rule 6).
    perpetrators=({"acts": ["shot"], "perp_type": "UN_ASS", "count_min": "2", "count_max": "2"},),
    sources=(
        testimony(source_type="SRC_FAM", connection="LNK_WIT"),
        testimony(source_type="SRC_WIT", connection="LNK_WIT"),
    ),
    consent={"him": agreed(given_by="CB_NOK", witness_note="A fictional sister.")},
    rights={"shot": ("R_LIFE", "R_FAIRTRIAL", "R_REMEDY")},
    primary={"him": "shot"},
    verification="VS_3",
    group="LIF",
    perpetrator="UN_ASS",
    killed=1,
)
CUSTODY: Final = Scenario(
    name="rape in custody",
    incident=setting("A fictional officer raped a woman who was held.", "NX_POSS", "KE", "PL_POL"),
    people={"her": woman(legal_status="CIVS_ARR")},
    acts={
        "rape": act("GBV_RAPE_CUS", "her", methods=["MT_SEX"], status_at_end=["OUT_PSY"]),
        "arrest": act("LIB_ARR_USE", "her"),
    },
    perpetrators=({"acts": ["rape", "arrest"], "perp_type": "ST_POL", "attribution_basis": ["ATB_MARK"]},),
    sources=(testimony(),),
    consent={"her": agreed()},
    rights={"rape": ("R_GBV", "R_TORTURE"), "arrest": ("R_ARBDET", "R_NONDISC")},
    primary={"her": "rape"},
    verification="VS_2",
    gbv={"rape": "rape"},
    group="GBV",
    perpetrator="ST_POL",
)
EXTORTION: Final = Scenario(
    name="extortion with planted evidence",
    incident=setting("Fictional officers put a packet into a bag and asked for money.", "NX_POSS", "MX", "PL_CHECK"),
    people={"him": man()},
    acts={
        "plant": act("POL_PLANT", "him"),
        "extort": act("POL_EXT", "him", status_at_end=["OUT_MON"]),
        "arrest": act("LIB_ARR_USE", "him", status_at_end=["OUT_REL"]),
    },
    perpetrators=(
        {"acts": ["plant", "extort", "arrest"], "perp_type": "ST_POL_DRUG", "attribution_basis": ["ATB_MARK"]},
    ),
    sources=(testimony(), testimony(source_type="SRC_PEER", connection="LNK_3RD", independence="IND_DER")),
    consent={"him": agreed()},
    rights={"extort": ("R_PROPERTY", "R_ABUSEPOWER"), "plant": ("R_FAIRTRIAL", "R_ARBDET")},
    # The gravest by the order of coding rule 3, though it was entered last.
    primary={"him": "arrest"},
    verification="VS_2",
    group="LIB",
    perpetrator="ST_POL_DRUG",
)
COMPULSORY: Final = Scenario(
    name="compulsory detention with withdrawal as coercion",
    incident=setting("A fictional centre held a woman and let her be ill until she signed.", "NX_LAW", "VN", "PL_CDT"),
    people={"her": woman(legal_status="CIVS_CDT")},
    acts={
        "held": act("CDT_STATE", "her", status_at_end=["OUT_HELD"]),
        "withdrawal": act("TOR_WD", "her", methods=["MT_WD"], purpose=["confession"]),
    },
    perpetrators=({"acts": ["held", "withdrawal"], "perp_type": "ST_CDT", "attribution_basis": ["ATB_PLACE"]},),
    sources=(testimony(), testimony(source_type="SRC_MDR", connection="LNK_SRV")),
    consent={"her": agreed()},
    rights={"held": ("R_ARBDET", "R_CONSENT", "R_HEALTH"), "withdrawal": ("R_TORTURE", "R_HEALTH")},
    primary={"her": "held"},
    verification="VS_3",
    group="CDT",
    perpetrator="ST_CDT",
)
PRISON: Final = Scenario(
    name="opioid agonist treatment denied in prison",
    incident=setting("A fictional prison ended the treatment of a man on arrival.", "NX_SERV", "UA", "PL_PRI"),
    people={"him": man(kp_status=["KP_OAT"], legal_status="CIVS_PRI")},
    acts={"denied": act("HLT_OAT_PRIS", "him", methods=["MT_CARE"], status_at_end=["OUT_TXI"])},
    perpetrators=({"acts": ["denied"], "perp_type": "ST_PRI", "attribution_basis": ["ATB_PLACE"]},),
    sources=(testimony(),),
    consent={"him": agreed()},
    rights={"denied": ("R_HEALTH", "R_DIGNITYDET", "R_TORTURE")},
    primary={"him": "denied"},
    verification="VS_2",
    group="HLT",
    perpetrator="ST_PRI",
)
BIRTH: Final = Scenario(
    name="child removed at birth",
    incident=setting("A fictional office took a newborn because the mother uses drugs.", "NX_STIG", "GB", "PL_HOSP"),
    people={"her": woman(kp_status=["KP_PREG"], context_role=["ROLE_CARE"])},
    acts={"removed": act("FAM_CUST_NEW", "her", methods=["MT_ADMIN"], status_at_end=["OUT_KID"])},
    perpetrators=({"acts": ["removed"], "perp_type": "ST_SOC", "attribution_basis": ["ATB_DOC"]},),
    sources=(testimony(), testimony(source_type="SRC_CRT", connection="LNK_3RD")),
    consent={"her": agreed()},
    rights={"removed": ("R_FAMILY", "R_CHILD", "R_REPRO")},
    primary={"her": "removed"},
    verification="VS_3",
    group="FAM",
    perpetrator="ST_SOC",
)
SHELTER: Final = Scenario(
    name="shelter refuses a woman who uses drugs",
    incident=setting("A fictional shelter sent a woman away because she uses drugs.", "NX_STIG", "ES", "PL_SHEL"),
    people={"her": woman()},
    acts={"refused": act("GBV_RES_SHEL", "her", status_at_end=["OUT_HOME"])},
    perpetrators=({"acts": ["refused"], "perp_type": "NS_NGO"},),
    sources=(testimony(reliability="REL_E"),),
    consent={"her": agreed()},
    rights={"refused": ("R_GBV", "R_NONDISC")},
    primary={"her": "refused"},
    # An unreliable source alone reports; it does not make a case credible.
    verification="VS_1",
    gbv={"refused": "denial_of_resources"},
    group="GBV",
    perpetrator="NS_NGO",
)
OVERDOSE: Final = Scenario(
    name="overdose not responded to",
    incident=setting("A fictional ambulance did not come, and a man died.", "NX_STIG", "ZA", "PL_AMB"),
    people={"him": man(deceased="yes")},
    acts={"denied": act("LIF_DENY_OD", "him", methods=["MT_CARE"], status_at_end=["OUT_DEAD"])},
    perpetrators=({"acts": ["denied"], "perp_type": "ST_HLT", "attribution_basis": ["ATB_DOC"]},),
    sources=(testimony(source_type="SRC_WIT", connection="LNK_WIT"),),
    consent={"him": agreed(given_by="CB_NOK", witness_note="A fictional brother.")},
    rights={"denied": ("R_LIFE", "R_HEALTH")},
    primary={"him": "denied"},
    verification="VS_2",
    group="LIF",
    perpetrator="ST_HLT",
    killed=1,
)
SENTENCE: Final = Scenario(
    name="death sentence",
    incident=setting("A fictional court sentenced a woman to death for carrying drugs.", "NX_LAW", "ID", "PL_CRT"),
    people={"her": woman()},
    acts={
        "sentence": act("JUS_DP", "her", methods=["MT_ADMIN"], status_at_end=["OUT_DP"]),
        "trial": act("JUS_FT", "her"),
    },
    perpetrators=({"acts": ["sentence", "trial"], "perp_type": "ST_JUD", "attribution_basis": ["ATB_CRT"]},),
    sources=(
        testimony(source_type="SRC_CRT", connection="LNK_3RD", independence="IND_SEC"),
        testimony(source_type="SRC_FAM", connection="LNK_REL", independence="IND_SEC"),
    ),
    consent={"her": agreed()},
    rights={"sentence": ("R_LIFE", "R_FAIRTRIAL")},
    primary={"her": "sentence"},
    verification="VS_3",
    group="JUS",
    perpetrator="ST_JUD",
)
OUTING: Final = Scenario(
    name="outed by media",
    incident=setting(
        "A fictional newspaper printed that a man takes medicine for dependence.", "NX_STIG", "GE", "PL_ONL"
    ),
    people={"him": man()},
    acts={"outed": act("PRV_DISC_MED", "him", methods=["MT_ONL"], status_at_end=["OUT_STIG", "OUT_JOB"])},
    perpetrators=({"acts": ["outed"], "perp_type": "NS_MED"},),
    sources=(testimony(),),
    consent={"him": agreed()},
    rights={"outed": ("R_PRIVACY",)},
    primary={"him": "outed"},
    verification="VS_2",
    group="PRV",
    perpetrator="NS_MED",
)
MOB: Final = Scenario(
    name="killed by a mob",
    incident={
        **setting("Newspapers wrote that a fictional crowd killed two men.", "NX_REP", "NG", "PL_STREET"),
        "consent": {"open_source": "y", "harm_test_note": "Fictional: printed everywhere, nobody can be told from it."},
    },
    people={
        "them": Entry(
            {
                "roles": ["victim"],
                "unit": "UNIT_GRP",
                "group_size": "2",
                "gender": "GEN_M",
                "age_band": "AGE_UNK",
                "deceased": "yes",
            }
        )
    },
    acts={"killed": act("LIF_NSA_MOB", "them", methods=["MT_BEAT"], status_at_end=["OUT_DEAD"])},
    perpetrators=({"acts": ["killed"], "perp_type": "NS_COM"},),
    sources=(
        testimony(source_type="SRC_MED", connection="LNK_WIT", independence="IND_PRI"),
        testimony(source_type="SRC_MED", connection="LNK_3RD", independence="IND_SEC"),
    ),
    consent={},
    rights={"killed": ("R_LIFE", "R_REMEDY")},
    primary={"them": "killed"},
    verification="VS_3",
    group="LIF",
    perpetrator="NS_COM",
    killed=2,
)
REPRISAL: Final = Scenario(
    name="reprisal against a witness",
    incident=setting("Somebody threatened a fictional witness after she had spoken.", "NX_DEF", "CO", "PL_HOME"),
    people={"her": woman(context_role=["ROLE_WIT"])},
    acts={
        "threat": act("VIO_THR", "her", methods=["MT_VERB"]),
        "reprisal": act("JUS_REPR", "her", status_at_end=["OUT_PSY"]),
    },
    perpetrators=({"acts": ["threat", "reprisal"], "perp_type": "SL_VIG", "attribution_basis": ["ATB_KNOWN"]},),
    sources=(testimony(),),
    consent={"her": agreed()},
    rights={"reprisal": ("R_REMEDY", "R_SECURITY", "R_HRD")},
    primary={"her": "reprisal"},
    verification="VS_2",
    group="JUS",
    perpetrator="SL_VIG",
)
ALL: Final = (
    OPERATION, CUSTODY, EXTORTION, COMPULSORY, PRISON, BIRTH, SHELTER, OVERDOSE, SENTENCE, OUTING, MOB, REPRISAL,
)  # fmt: skip
