"""``flask publish``: the public page as plain files, for a web host that holds no key, no database and no program."""

from __future__ import annotations

import posixpath
import re
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from flask import current_app, url_for
from flask.cli import with_appcontext

from incidents.publishing import services
from incidents.publishing.services import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FEED: Final = "feed.xml"
#: An address of this site in a page.
ADDRESS: Final = re.compile(r'((?:href|src)=")(/[^"#]*)')
#: An address of this site in the feed, as a client without a network is answered.
HERE: Final = re.compile(r"http://localhost(/[^\"<]*)")


@click.command("publish")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--origin", default="", help="https:// address where the files will stand, for the feed.")
@click.option("--language", default="en", help="Language of the pages.")
@with_appcontext
def publish(folder: Path, origin: str, language: str) -> None:
    """Write the public page into FOLDER, which must be new or empty."""
    if not current_app.extensions["tala-settings"].public:
        raise click.ClickException("This instance has no public page: set TALA_PUBLIC=1 first.")
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException("The folder is not empty: give a new one, so that nothing withdrawn stays in it.")
    with current_app.test_request_context():
        places = dict(addresses())
    client = current_app.test_client()
    for address, place in places.items():
        with closing(client.get(address, headers={"Accept-Language": language})) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise click.ClickException(f"{address} answers {answer.status_code}: nothing is complete.")
            content = answer.data
            if answer.mimetype == "text/html":
                content = relative(answer.text, place, places).encode()
            elif place == FEED:
                content = elsewhere(answer.text, origin.rstrip("/"), places).encode()
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    click.echo(f"{len(places)} files")


def addresses() -> Iterator[tuple[str, str]]:
    """Every page and file of the public page, and what they are shown with: its address, and where its file stands."""
    yield url_for("publishing.index"), "index.html"
    yield url_for("publishing.method_page"), "method/index.html"
    yield url_for("publishing.feed"), FEED
    for found in services.releases():
        folder = f"releases/{found.number}"
        yield url_for("publishing.release", number=found.number), f"{folder}/index.html"
        for name in (MANIFEST, *(kept.name for kept in found.files)):
            yield url_for("publishing.file", number=found.number, name=name), f"{folder}/{name}"
    for name in ("app.css", "icon.svg"):
        yield url_for("static", filename=name), f"static/{name}"


def elsewhere(feed: str, origin: str, places: Mapping[str, str]) -> str:
    """The feed with the addresses that the plain files have at their web host; a page is called by its folder."""

    def there(found: re.Match[str]) -> str:
        place = places[found[1]]
        return f"{origin}/{place.removesuffix('index.html')}"

    return HERE.sub(there, feed)


def relative(page: str, place: str, places: Mapping[str, str]) -> str:
    """A page whose addresses of this site lead from its own file to others: it works in any folder of any host."""
    here = posixpath.dirname(place) or "."

    def there(found: re.Match[str]) -> str:
        return found[1] + posixpath.relpath(places[found[2]], here)

    return ADDRESS.sub(there, page)
