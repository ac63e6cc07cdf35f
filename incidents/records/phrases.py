"""What was done, and by whom, as a reader would say it.

Every violation has a whole sentence with named places: a translator may turn it around as their language
needs. All of them say whose word it is ("according to the account"): a record is not a judgment. Verbs stand
in the past, which in English is the same for one and for many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.records.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTS: Final[Mapping[str, str]] = {
    # life
    "LIF": N_("According to the account, %(who)s killed %(whom)s or put their life at direct risk."),
    "LIF_EJK": N_("According to the account, %(who)s killed %(whom)s outside any court process."),
    "LIF_EJK_OP": N_("According to the account, %(who)s killed %(whom)s in an anti-drug operation."),
    "LIF_EJK_VIG": N_("According to the account, %(who)s killed %(whom)s, with signs that officials took part."),
    "LIF_FORCE": N_("According to the account, %(who)s killed %(whom)s by unlawful or excessive force."),
    "LIF_NSA": N_("According to the account, %(who)s killed %(whom)s."),
    "LIF_NSA_FEM": N_("According to the account, %(who)s killed %(whom)s, and gender was a motive."),
    "LIF_NSA_MOB": N_("According to the account, %(who)s killed %(whom)s in an attack by many."),
    "LIF_CUST": N_("According to the account, %(whom)s died in the custody of %(who)s."),
    "LIF_CUST_CDT": N_(
        "According to the account, %(whom)s died in a place of so-called treatment, in the hands of %(who)s."
    ),
    "LIF_DENY": N_("According to the account, %(whom)s died after %(who)s refused or delayed health care."),
    "LIF_DENY_OD": N_("According to the account, %(whom)s died of an overdose after %(who)s refused or delayed help."),
    "LIF_DP": N_("According to the account, %(who)s executed %(whom)s for a drug offence."),
    "LIF_ATT": N_("According to the account, %(who)s tried to kill %(whom)s, who survived."),
    "LIF_THR": N_("According to the account, %(who)s threatened %(whom)s with death or put them on a kill list."),
    "LIF_UNK": N_("According to the account, %(whom)s died in a suspicious way, and %(who)s may be responsible."),
    # torture and ill-treatment
    "TOR": N_("According to the account, %(who)s tortured or ill-treated %(whom)s."),
    "TOR_TORT": N_("According to the account, %(who)s tortured %(whom)s."),
    "TOR_WD": N_("According to the account, %(who)s used withdrawal to put pressure on %(whom)s."),
    "TOR_CIDT": N_("According to the account, %(who)s treated %(whom)s in a cruel or degrading way."),
    "TOR_CIDT_CP": N_("According to the account, %(who)s punished %(whom)s with blows or other pain."),
    "TOR_CIDT_HUM": N_("According to the account, %(who)s humiliated %(whom)s in public."),
    "TOR_CIDT_COND": N_("According to the account, %(who)s held %(whom)s in degrading conditions or restraints."),
    "TOR_ASLT": N_("According to the account, %(who)s beat or otherwise assaulted %(whom)s."),
    # liberty
    "LIB": N_("According to the account, %(who)s took the freedom of %(whom)s."),
    "LIB_ARR": N_("According to the account, %(who)s arrested %(whom)s without good legal ground."),
    "LIB_ARR_USE": N_("According to the account, %(who)s arrested %(whom)s for using drugs or being known for it."),
    "LIB_ARR_HR": N_("According to the account, %(who)s arrested %(whom)s at or because of a health service."),
    "LIB_DET": N_("According to the account, %(who)s held %(whom)s without review or for too long."),
    "LIB_RAID": N_("According to the account, %(who)s swept up %(whom)s in a mass round-up."),
    "LIB_ED": N_("According to the account, %(who)s took %(whom)s and will not say where they are."),
    "LIB_ABD": N_("According to the account, %(who)s abducted or kidnapped %(whom)s."),
    # confinement in the name of treatment
    "CDT": N_("According to the account, %(who)s held or coerced %(whom)s in the name of treatment."),
    "CDT_STATE": N_("According to the account, %(who)s held %(whom)s in a State centre for compulsory treatment."),
    "CDT_PRIV": N_("According to the account, %(who)s held %(whom)s against their will in a private rehabilitation."),
    "CDT_COURT": N_(
        "According to the account, %(who)s forced %(whom)s into treatment by threat of worse consequences."
    ),
    "CDT_LAB": N_("According to the account, %(who)s made %(whom)s work unpaid and called it therapy."),
    "CDT_ABU": N_("According to the account, %(who)s used violence or extortion on %(whom)s and called it therapy."),
    # police abuse
    "POL": N_("According to the account, %(who)s abused police power against %(whom)s."),
    "POL_EXT": N_("According to the account, %(who)s extorted money or a bribe from %(whom)s."),
    "POL_EXT_SEX": N_("According to the account, %(who)s demanded sex or sexual images from %(whom)s."),
    "POL_EXT_INF": N_("According to the account, %(who)s pressed %(whom)s to inform on others."),
    "POL_PLANT": N_("According to the account, %(who)s planted or made up evidence against %(whom)s."),
    "POL_SEARCH": N_("According to the account, %(who)s searched %(whom)s or their home unlawfully."),
    "POL_SEARCH_STRIP": N_("According to the account, %(who)s strip-searched %(whom)s in an abusive way."),
    "POL_SEIZE": N_(
        "According to the account, %(who)s took or destroyed belongings, medicine or equipment of %(whom)s."
    ),
    "POL_HAR": N_("According to the account, %(who)s harassed, profiled or intimidated %(whom)s."),
    # justice
    "JUS": N_("According to the account, %(who)s denied %(whom)s justice."),
    "JUS_FT": N_("According to the account, %(who)s denied %(whom)s a fair trial or a defence."),
    "JUS_DP": N_("According to the account, %(who)s sentenced %(whom)s to death for a drug offence."),
    "JUS_DISP": N_("According to the account, %(who)s punished %(whom)s out of all proportion for drug use."),
    "JUS_IMP": N_("According to the account, %(who)s did not investigate or make good a wrong to %(whom)s."),
    "JUS_IMP_REP": N_("According to the account, %(who)s refused to register a complaint of %(whom)s."),
    "JUS_REPR": N_("According to the account, %(who)s took revenge on %(whom)s for a complaint or a testimony."),
    # gender-based violence
    "GBV": N_("According to the account, %(who)s used gender-based violence against %(whom)s."),
    "GBV_RAPE": N_("According to the account, %(who)s raped %(whom)s."),
    "GBV_RAPE_CUS": N_("According to the account, %(who)s raped %(whom)s in custody or by power of office."),
    "GBV_SA": N_("According to the account, %(who)s sexually assaulted %(whom)s."),
    "GBV_SH": N_("According to the account, %(who)s sexually harassed %(whom)s."),
    "GBV_PHY": N_("According to the account, %(who)s assaulted %(whom)s, and gender played a part."),
    "GBV_PHY_IPV": N_("According to the account, %(who)s assaulted %(whom)s, their partner or former partner."),
    "GBV_PSY": N_("According to the account, %(who)s abused or controlled %(whom)s by psychological means."),
    "GBV_RES": N_("According to the account, %(who)s denied %(whom)s money or services on grounds of gender."),
    "GBV_RES_SHEL": N_("According to the account, %(who)s turned %(whom)s away from a shelter or service."),
    "GBV_MAR": N_("According to the account, %(who)s forced %(whom)s into marriage, or married them too young."),
    "GBV_EXP": N_("According to the account, %(who)s sexually exploited or trafficked %(whom)s."),
    "GBV_SOGI": N_("According to the account, %(who)s attacked %(whom)s over sexual orientation or gender identity."),
    # reproductive rights
    "REP": N_("According to the account, %(who)s interfered with the reproductive rights of %(whom)s."),
    "REP_AB": N_("According to the account, %(who)s forced or pressed %(whom)s into an abortion."),
    "REP_ST": N_("According to the account, %(who)s forced or pressed %(whom)s into sterilisation."),
    "REP_CON": N_("According to the account, %(who)s forced or pressed contraception on %(whom)s."),
    "REP_PREG": N_("According to the account, %(who)s punished %(whom)s for drug use in pregnancy."),
    "REP_TEST": N_("According to the account, %(who)s tested %(whom)s or a newborn for drugs without consent."),
    "REP_MAT": N_("According to the account, %(who)s refused %(whom)s maternity care, or abused them in it."),
    # family
    "FAM": N_("According to the account, %(who)s interfered with the family life of %(whom)s."),
    "FAM_CUST": N_("According to the account, %(who)s took a child from %(whom)s or ended their contact."),
    "FAM_CUST_NEW": N_("According to the account, %(who)s took a newborn from %(whom)s."),
    "FAM_THR": N_("According to the account, %(who)s threatened to take the children of %(whom)s."),
    # health
    "HLT": N_("According to the account, %(who)s denied %(whom)s health care or harm reduction."),
    "HLT_CARE": N_("According to the account, %(who)s refused or delayed health care for %(whom)s."),
    "HLT_EMERG": N_("According to the account, %(who)s refused or delayed emergency help for %(whom)s."),
    "HLT_OAT": N_("According to the account, %(who)s refused or broke off agonist treatment of %(whom)s."),
    "HLT_OAT_PRIS": N_("According to the account, %(who)s denied %(whom)s their medicine in custody."),
    "HLT_NSP": N_("According to the account, %(who)s kept harm reduction supplies from %(whom)s."),
    "HLT_HIV": N_("According to the account, %(who)s denied %(whom)s care for HIV, hepatitis or tuberculosis."),
    "HLT_PAIN": N_("According to the account, %(who)s denied %(whom)s relief of pain."),
    "HLT_STIG": N_("According to the account, %(who)s insulted or degraded %(whom)s in health care."),
    "HLT_CLOSE": N_("According to the account, %(who)s closed, raided or obstructed a service of %(whom)s."),
    # medical acts
    "MED": N_("According to the account, %(who)s tested or treated %(whom)s without consent."),
    "MED_HIV": N_("According to the account, %(who)s tested %(whom)s for HIV without consent."),
    "MED_TEST": N_("According to the account, %(who)s forced a medical test on %(whom)s."),
    "MED_DRUGT": N_("According to the account, %(who)s forced a drug test on %(whom)s."),
    "MED_TREAT": N_("According to the account, %(who)s treated or experimented on %(whom)s without consent."),
    # privacy
    "PRV": N_("According to the account, %(who)s violated the privacy of %(whom)s."),
    "PRV_DISC": N_("According to the account, %(who)s disclosed the health or drug use of %(whom)s."),
    "PRV_DISC_POL": N_("According to the account, %(who)s passed data on %(whom)s to an authority."),
    "PRV_DISC_MED": N_("According to the account, %(who)s exposed %(whom)s in the media or online."),
    "PRV_REG": N_("According to the account, %(who)s put %(whom)s on a register or watch list."),
    "PRV_SURV": N_("According to the account, %(who)s kept %(whom)s under surveillance."),
    # discrimination
    "DIS": N_("According to the account, %(who)s discriminated against %(whom)s."),
    "DIS_HOUS": N_("According to the account, %(who)s refused %(whom)s a home or drove them from it."),
    "DIS_WORK": N_("According to the account, %(who)s refused %(whom)s work or dismissed them."),
    "DIS_SOC": N_("According to the account, %(who)s denied %(whom)s schooling, documents or social support."),
    "DIS_SERV": N_("According to the account, %(who)s refused %(whom)s goods or services."),
    "DIS_HATE": N_("According to the account, %(who)s spread hatred against %(whom)s."),
    # private violence
    "VIO": N_("According to the account, %(who)s used violence against %(whom)s."),
    "VIO_ASLT": N_("According to the account, %(who)s assaulted %(whom)s."),
    "VIO_THR": N_("According to the account, %(who)s threatened or intimidated %(whom)s."),
    "VIO_PROP": N_("According to the account, %(who)s robbed %(whom)s or destroyed their property."),
    "VIO_DISP": N_("According to the account, %(who)s drove %(whom)s from home or community."),
    # civic space
    "CIV": N_("According to the account, %(who)s obstructed the work of %(whom)s."),
    "CIV_HRD": N_("According to the account, %(who)s attacked %(whom)s over work for others or for rights."),
    "CIV_ASSO": N_("According to the account, %(who)s banned or obstructed %(whom)s."),
    "CIV_EXP": N_("According to the account, %(who)s kept %(whom)s from speaking or publishing."),
    # laws and incitement: against nobody in particular
    "LAW": N_("According to the account, %(who)s made, kept or announced a rule that violates rights."),
    "LAW_CRIM": N_("According to the account, %(who)s made or kept a law or policy that punishes drug use."),
    "LAW_DP": N_("According to the account, %(who)s brought in or widened the death penalty for drug offences."),
    "LAW_BAN": N_("According to the account, %(who)s banned agonist treatment or other harm reduction."),
    "LAW_INC": N_("According to the account, %(who)s publicly called for violence."),
    "OTH": N_("According to the account, %(who)s violated rights of %(whom)s in another way."),
}

ACTORS: Final[Mapping[str, str]] = {
    "ST": N_("State officials"),
    "ST_POL": N_("police"),
    "ST_POL_DRUG": N_("drug police"),
    "ST_POL_LOC": N_("local police"),
    "ST_POL_BORD": N_("border, customs or immigration officers"),
    "ST_MIL": N_("members of the armed forces"),
    "ST_INT": N_("a security service"),
    "ST_PRI": N_("prison staff"),
    "ST_CDT": N_("staff of a State drug facility"),
    "ST_HLT": N_("public health staff"),
    "ST_SOC": N_("social or child protection workers"),
    "ST_EDU": N_("a public school or education body"),
    "ST_JUD": N_("a court"),
    "ST_PRO": N_("prosecutors"),
    "ST_EXE": N_("national political leaders"),
    "ST_LOC": N_("local government officials"),
    "ST_LEG": N_("a legislature"),
    "ST_OTH": N_("other State officials"),
    "SL": N_("people thought to act for the State"),
    "SL_PARA": N_("a pro-government militia"),
    "SL_VIG": N_("vigilantes suspected of links to the State"),
    "SL_CTR": N_("a contractor working for the State"),
    "SL_FOR": N_("forces of another State"),
    "NS": N_("private people"),
    "NS_FAM": N_("family or household members"),
    "NS_FAM_IP": N_("a current or former partner"),
    "NS_FAM_PAR": N_("a parent or caregiver"),
    "NS_FAM_OTH": N_("other relatives"),
    "NS_COM": N_("neighbours or a crowd"),
    "NS_CRIM": N_("a criminal or drug-trade group"),
    "NS_ARM": N_("an armed opposition group"),
    "NS_SEC": N_("private security guards"),
    "NS_TRT": N_("people of a private or faith-based treatment facility"),
    "NS_HLT": N_("a private health provider"),
    "NS_NGO": N_("people of a service organisation"),
    "NS_EMP": N_("an employer or supervisor"),
    "NS_LAND": N_("a landlord or housing provider"),
    "NS_CLI": N_("a client or third party in sex work"),
    "NS_REL": N_("a religious leader or group"),
    "NS_MED": N_("the media or people online"),
    "NS_PEER": N_("another person who uses drugs"),
    "NS_OTH": N_("other private people"),
    "UN": N_("people nobody could identify"),
    "UN_ASS": N_("unidentified assailants"),
    "UN_UNK": N_("persons unknown"),
}

#: Those who did not do it with their own hands get a sentence of their own.
SHARES: Final[Mapping[str, str]] = {
    "INV_ORD": N_("According to the account, the order came from %(who)s."),
    "INV_PLAN": N_("According to the account, it was planned by %(who)s."),
    "INV_PRES": N_("According to the account, %(who)s helped or stood by."),
    "INV_PASS": N_("According to the account, %(who)s knew and let it happen."),
    "INV_OMIT": N_("According to the account, %(who)s had a duty to prevent it and did not."),
    "INV_SUP": N_("According to the account, %(who)s had command of those who did it and did not restrain them."),
    "INV_LAW": N_("According to the account, the rule behind it was made or backed by %(who)s."),
    "INV_IMPL": N_("According to the account, the rule behind it was applied by %(who)s."),
    "INV_INC": N_("According to the account, %(who)s had called for such acts."),
    "INV_SUSP": N_("Suspected of having taken part: %(who)s."),
}
