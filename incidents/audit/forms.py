"""What is asked on the pages of the log."""

from __future__ import annotations

from wtforms import SelectField, StringField

from incidents.audit.acts import Act
from incidents.i18n import LazyString, lazy_gettext
from incidents.web.forms import BaseForm

ACTS: dict[Act, LazyString] = {
    Act.BEGUN: lazy_gettext("Began the log"),
    Act.INVITED: lazy_gettext("Invited somebody"),
    Act.INVITATION_WITHDRAWN: lazy_gettext("Withdrew an invitation"),
    Act.SET_UP: lazy_gettext("Set up an account"),
    Act.VOUCHED: lazy_gettext("Vouched for somebody"),
    Act.ADMITTED: lazy_gettext("Admitted somebody"),
    Act.TRUST_DECIDED: lazy_gettext("Decided which organisations to trust"),
    Act.POLICY_PROPOSED: lazy_gettext("Asked for another number of vouches"),
    Act.POLICY_CHANGED: lazy_gettext("Changed the number of vouches"),
    Act.ROLE_CHANGED: lazy_gettext("Changed a role"),
    Act.REVOKED: lazy_gettext("Took somebody's keys back"),
    Act.GRANT_GIVEN: lazy_gettext("Gave a key"),
    Act.GRANT_TAKEN_BACK: lazy_gettext("Took a key back"),
    Act.DISABLED: lazy_gettext("Disabled an account"),
    Act.ENABLED: lazy_gettext("Enabled an account"),
    Act.RESET: lazy_gettext("Reset an account"),
    Act.LOGGED_IN: lazy_gettext("Logged in"),
    Act.RECOVERED: lazy_gettext("Came back with a recovery code"),
    Act.PASSPHRASE_CHANGED: lazy_gettext("Changed a passphrase"),
    Act.FACTOR_ADDED: lazy_gettext("Added a second factor"),
    Act.FACTOR_REMOVED: lazy_gettext("Removed a second factor"),
    Act.RECOVERY_CODE_RENEWED: lazy_gettext("Made a new recovery code"),
    Act.SESSIONS_ENDED: lazy_gettext("Ended sessions"),
    Act.IDENTITY_OPENED: lazy_gettext("Opened the identity part of a case"),
    Act.NAMES_SEARCHED: lazy_gettext("Searched the identity parts of cases"),
    Act.EVIDENCE_ADDED: lazy_gettext("Added a file to a case"),
    Act.EVIDENCE_OPENED: lazy_gettext("Opened a file of a case"),
    Act.EVIDENCE_EXPORTED: lazy_gettext("Took a file of a case along to hand it on"),
    Act.EVIDENCE_REMOVED: lazy_gettext("Removed a file from a case"),
    Act.STORY_GIVEN: lazy_gettext("Gave a summary to advocates"),
    Act.STORY_TAKEN_BACK: lazy_gettext("Took a summary back from advocates"),
    Act.CONSENT_TAKEN_BACK: lazy_gettext("Noted that somebody took consent back"),
    Act.TAKEN_BACK_BY_RECEIPT: lazy_gettext("Somebody took consent back with their receipt"),
    Act.RECEIPT_ISSUED: lazy_gettext("Issued a receipt"),
    Act.RECEIPT_REVOKED: lazy_gettext("Revoked a receipt"),
    Act.SUBMISSION_ACCEPTED: lazy_gettext("Accepted a submission"),
    Act.SUBMISSION_DECLINED: lazy_gettext("Declined a submission"),
    Act.IMPORTED: lazy_gettext("Imported a file"),
    Act.RELEASED: lazy_gettext("Released figures"),
    Act.RELEASE_WITHDRAWN: lazy_gettext("Withdrew a release"),
    Act.PUBLIC_ASKED: lazy_gettext("Asked to put a release on the public page"),
    Act.PUBLIC_APPROVED: lazy_gettext("Agreed to put a release on the public page"),
    Act.PUBLIC_ENDED: lazy_gettext("Took a release off the public page"),
    Act.PUBLISHED: lazy_gettext("Published something"),
    Act.RETRACTED: lazy_gettext("Took a publication back"),
    Act.AUDIT_EXPORTED: lazy_gettext("Exported the log"),
    Act.VERIFICATION_DECIDED: lazy_gettext("Decided how well a case is verified"),
    Act.VERIFICATION_SIGNED: lazy_gettext("Signed a verification as second reviewer"),
    Act.CLAIMS_DECIDED: lazy_gettext("Decided which account of a fact stands"),
    Act.OVERLAP_DECIDED: lazy_gettext("Decided whether two cases are of one incident"),
    Act.OVERLAP_UNDONE: lazy_gettext("Took back a decision about two cases"),
    Act.REVIEW_HANDED_IN: lazy_gettext("Handed a case in for review"),
    Act.REVIEW_ASSIGNED: lazy_gettext("Chose who reviews a case"),
    Act.REVIEW_RETURNED: lazy_gettext("Returned a case with a question"),
    Act.QUESTION_ASKED: lazy_gettext("Asked about a number"),
    Act.MESSAGE_TAKEN_IN: lazy_gettext("Put a message of the inbox to a case"),
    Act.ROTATION_BEGUN: lazy_gettext("Began to replace keys"),
    Act.ROTATION_FINISHED: lazy_gettext("Finished replacing keys"),
    Act.ERASED: lazy_gettext("Erased a case"),
    Act.PERSON_ERASED: lazy_gettext("Erased a person from a case"),
    Act.CONTACTS_ERASED: lazy_gettext("Erased the contact details of a case"),
    Act.CONTENT_ERASED: lazy_gettext("Erased names and words of a case, and left its codes"),
    Act.KEPT_LONGER: lazy_gettext("Kept a case longer than the rules ask"),
    Act.HOLD_ASKED: lazy_gettext("Asked for a legal hold"),
    Act.HOLD_PLACED: lazy_gettext("Placed a legal hold"),
    Act.HOLD_LIFT_ASKED: lazy_gettext("Asked to lift a legal hold"),
    Act.HOLD_LIFTED: lazy_gettext("Lifted a legal hold"),
    Act.NETWORK_CHANGED: lazy_gettext("Changed the network of an organisation"),
    Act.PARTNER_COMPARED: lazy_gettext("Compared a number with another organisation"),
    Act.PARTNER_CONFIRMED: lazy_gettext("Made another organisation a partner"),
    Act.PARTNER_DROPPED: lazy_gettext("Ended a partnership"),
    Act.SHARE_PROPOSED: lazy_gettext("Proposed to share a case"),
    Act.CASE_SHARED: lazy_gettext("Shared a case with another organisation"),
    Act.SHARE_TAKEN_BACK: lazy_gettext("Took a shared case back"),
    Act.SHARE_ENDED: lazy_gettext("A share ended: time, consent or keys"),
    Act.SHARED_CASE_OPENED: lazy_gettext("Opened a case that another organisation shares"),
    Act.SHARED_IDENTITY_OPENED: lazy_gettext("Opened the identity part of a case that another organisation shares"),
    Act.TRUSTEES_NAMED: lazy_gettext("Named trustees"),
    Act.DRILL: lazy_gettext("Proved a trustee's share"),
    Act.RESTORED: lazy_gettext("Restored the organisation from shares"),
    Act.BACKED_UP: lazy_gettext("Made a backup"),
}


class FilterForm(BaseForm):
    """Which entries are shown."""

    act = SelectField(
        lazy_gettext("What was done"),
        choices=lambda: [("", lazy_gettext("Everything")), *ACTS.items()],
        validate_choice=False,
    )

    def chosen(self) -> Act | None:
        """The act, or None for all."""
        return Act(self.act.data) if self.act.data in set(Act) else None


class CheckForm(BaseForm):
    """Digits from a file or a backup."""

    printed = StringField(lazy_gettext("Digits of the log on a file or backup"))


class FindForm(BaseForm):
    """Whom to give the log to."""

    username = StringField(lazy_gettext("Username"))
