"""Tala: encrypted documentation of violence against people who use drugs, with safe numbers and enforced consent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from incidents import cli, errors, i18n, logs
from incidents import tables as tables
from incidents.accounts import administration_views, factor_views, policy_views, session_views, step_up
from incidents.accounts import views as accounts_views
from incidents.accounts.models import Account
from incidents.accounts.sessions import tala_session
from incidents.audit import views as audit_views
from incidents.casework import asking_views, publication_views
from incidents.casework import views as casework_views
from incidents.consents import receipt_views
from incidents.consents import views as consents_views
from incidents.erasure import sweeping
from incidents.erasure import views as erasure_views
from incidents.evidence import views as evidence_views
from incidents.extensions import db, login_manager, migrate
from incidents.intake import views as intake_views
from incidents.overlaps import views as overlaps_views
from incidents.publishing import views as publishing_views
from incidents.records import views as records_views
from incidents.recovery import views as recovery_views
from incidents.releases import views as releases_views
from incidents.reports import views as reports_views
from incidents.responses import views as responses_views
from incidents.retention import views as retention_views
from incidents.rotation import views as rotation_views
from incidents.search import views as search_views
from incidents.sharing import views as sharing_views
from incidents.stories import views as stories_views
from incidents.submissions import inbox_views
from incidents.submissions import views as submissions_views
from incidents.summaries import views as summaries_views
from incidents.web import access, csrf, headers, navigation, preferences
from incidents.web.application import Application

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings

BLUEPRINTS = (
    accounts_views.blueprint,
    administration_views.blueprint,
    asking_views.blueprint,
    audit_views.blueprint,
    casework_views.blueprint,
    consents_views.blueprint,
    erasure_views.blueprint,
    evidence_views.blueprint,
    factor_views.blueprint,
    inbox_views.blueprint,
    intake_views.blueprint,
    overlaps_views.blueprint,
    policy_views.blueprint,
    preferences.blueprint,
    publication_views.blueprint,
    publishing_views.blueprint,
    receipt_views.blueprint,
    records_views.blueprint,
    recovery_views.blueprint,
    releases_views.blueprint,
    reports_views.blueprint,
    responses_views.blueprint,
    retention_views.blueprint,
    rotation_views.blueprint,
    search_views.blueprint,
    session_views.blueprint,
    sharing_views.blueprint,
    stories_views.blueprint,
    submissions_views.blueprint,
    summaries_views.blueprint,
)
MEGABYTE = 1024 * 1024
ROOT = Path(__file__).parent.parent


def create_app(settings: Settings) -> Flask:
    """Wire an application for an instance; no logic lives here."""
    app = Application(__name__, template_folder="../templates")
    app.extensions["tala-settings"] = settings
    app.config.from_mapping(configuration(settings))
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    login_manager.init_app(app)
    for part in (errors, logs, i18n, access, csrf, step_up, headers, navigation, sweeping, cli):
        part.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"demo": settings.demo})
    return app


def configuration(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions want to know."""
    return {
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        # hide_parameters: an exception must not print what was being saved
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True} | pool_options(settings),
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PREFERRED_URL_SCHEME": "https" if settings.over_tls else "http",
        "MAX_CONTENT_LENGTH": 4 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 4 * MEGABYTE,
        "MAX_FORM_PARTS": 5_000,
    }


def pool_options(settings: Settings) -> dict[str, Any]:
    """PostgreSQL connections are kept and checked; SQLite's are cheap and pooled by default."""
    return {"pool_pre_ping": True} if settings.database_url.startswith("postgresql") else {}


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_account(account_id: str) -> Account | None:
    """Who the session belongs to; nobody from the first request after a change of passphrase or a disabled account."""
    account = db.session.get(Account, account_id)
    return account if account and account.is_active and tala_session().of(account) else None
