"""Acts are words for good, and every one has a sentence on the page."""

from __future__ import annotations

from incidents.audit.acts import Act
from incidents.audit.commands import FAULTS
from incidents.audit.forms import ACTS
from incidents.keyring.chain import Fault

#: Words that stand in sealed entries. Nothing may ever be taken away from here.
FROZEN = {
    *("begun", "invited", "set_up", "vouched", "admitted", "trust_decided", "policy_proposed", "policy_changed"),
    *("role_changed", "revoked", "grant_given", "grant_taken_back", "disabled", "enabled", "reset", "logged_in"),
    *("recovered", "passphrase_changed", "factor_added", "factor_removed"),
    *("recovery_code_renewed", "sessions_ended", "identity_opened", "story_given"),
    *("story_taken_back", "submission_accepted", "submission_declined", "imported", "released"),
    *("published", "retracted", "audit_exported", "rotation_begun", "rotation_finished", "erased", "person_erased"),
    *("hold_asked", "hold_placed", "hold_lift_asked", "hold_lifted", "trustees_named", "drill", "restored"),
    *("backed_up",),
}


def test_no_word_of_the_log_is_renamed() -> None:
    assert {act.value for act in Act} >= FROZEN


def test_every_act_and_every_fault_has_words() -> None:
    assert set(ACTS) == set(Act)
    assert set(FAULTS) == set(Fault)
