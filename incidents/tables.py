"""Every module that declares tables, imported so that the metadata is whole before it is compared or created."""

from __future__ import annotations

from incidents.accounts import models as accounts
from incidents.audit import models as audit
from incidents.consents import models as consents
from incidents.evidence import models as evidence
from incidents.facts import models as facts
from incidents.intake import models as intake
from incidents.keyring import models as keyring
from incidents.records import models as records
from incidents.recovery import models as recovery
from incidents.releases import models as releases
from incidents.reports import models as reports
from incidents.sharing import models as sharing
from incidents.stories import models as stories
from incidents.submissions import models as submissions

__all__ = [
    "accounts",
    "audit",
    "consents",
    "evidence",
    "facts",
    "intake",
    "keyring",
    "records",
    "recovery",
    "releases",
    "reports",
    "sharing",
    "stories",
    "submissions",
]
