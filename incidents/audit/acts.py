"""What the log tells apart. A word here is kept in sealed entries for good: add, never rename."""

from __future__ import annotations

import enum


class Act(enum.StrEnum):
    """Something that somebody did and that an auditor may ask about; never a value from a case."""

    BEGUN = "begun"

    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    SET_UP = "set_up"
    VOUCHED = "vouched"
    ADMITTED = "admitted"
    TRUST_DECIDED = "trust_decided"
    POLICY_PROPOSED = "policy_proposed"
    POLICY_CHANGED = "policy_changed"
    ROLE_CHANGED = "role_changed"
    REVOKED = "revoked"
    GRANT_GIVEN = "grant_given"
    GRANT_TAKEN_BACK = "grant_taken_back"
    DISABLED = "disabled"
    ENABLED = "enabled"
    RESET = "reset"

    LOGGED_IN = "logged_in"
    RECOVERED = "recovered"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105 - a word of the log
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODE_RENEWED = "recovery_code_renewed"
    SESSIONS_ENDED = "sessions_ended"

    IDENTITY_OPENED = "identity_opened"
    STORY_GIVEN = "story_given"
    STORY_TAKEN_BACK = "story_taken_back"
    SUBMISSION_ACCEPTED = "submission_accepted"
    SUBMISSION_DECLINED = "submission_declined"
    IMPORTED = "imported"
    RELEASED = "released"
    PUBLISHED = "published"
    RETRACTED = "retracted"
    AUDIT_EXPORTED = "audit_exported"

    ROTATION_BEGUN = "rotation_begun"
    ROTATION_FINISHED = "rotation_finished"
    ERASED = "erased"
    PERSON_ERASED = "person_erased"
    HOLD_ASKED = "hold_asked"
    HOLD_PLACED = "hold_placed"
    HOLD_LIFT_ASKED = "hold_lift_asked"
    HOLD_LIFTED = "hold_lifted"

    TRUSTEES_NAMED = "trustees_named"
    DRILL = "drill"
    RESTORED = "restored"
    BACKED_UP = "backed_up"
