"""Draw the world once: outlines for the choropleth, from Natural Earth by way of the npm package world-atlas.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/make_map.py package

Writes ``incidents/static/world.svg`` (a shape a country, by ISO 3166-1 alpha-2; browsers fetch it once) and
``incidents/summaries/data/world.json`` (what is drawn, and how large the canvas is). Outlines are 1:110m; a
state too small for those is a dot where the 1:50m file has it. Equal Earth projection (Šavrič, Patterson and
Jenny 2018): equal areas, so that large empty places do not outweigh small full ones. Coordinates are whole
numbers on a small canvas.

Natural Earth is in the public domain; world-atlas is under the ISC licence. Borders imply no opinion.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

ROOT = Path(__file__).resolve().parents[1]
VERSION = "world-atlas 2.0.2, Natural Earth 1:110m and 1:50m"
WIDTH = 760
#: Square units of the canvas: a smaller island is left out, a smaller state becomes a dot.
ISLAND = 4.0
STATE = 6.0
DOT = 3
TRIANGLE = 3
HALF_TURN = 180
#: Areas without an ISO code: drawn with the State that the UN lists, or by the code in common use.
UNCODED = {"N. Cyprus": "CY", "Somaliland": "SO", "Kosovo": "XK"}
LEFT_OUT = {"AQ"}

Point = tuple[float, float]
Ring = list[Point]


def equal_earth(longitude: float, latitude: float) -> Point:
    """Project degrees to the unscaled plane of Equal Earth; y grows northwards."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root3 = math.sqrt(3)
    theta = math.asin(root3 / 2 * math.sin(math.radians(latitude)))
    t2 = theta * theta
    t6 = t2**3
    slope = 9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1
    x = 2 * root3 * math.radians(longitude) * math.cos(theta) / (3 * slope)
    y = theta * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1)
    return x, y


SCALE = WIDTH / (2 * equal_earth(180, 0)[0])
#: North of the northernmost outline and south of the southernmost one that is drawn.
TOP = equal_earth(0, 84)[1] * SCALE
BOTTOM = equal_earth(0, -57)[1] * SCALE
HEIGHT = round(TOP - BOTTOM)


def canvas(longitude: float, latitude: float) -> Point:
    """Project degrees to the canvas; y grows downwards."""
    x, y = equal_earth(longitude, latitude)
    return WIDTH / 2 + x * SCALE, TOP - y * SCALE


def read_arcs(topology: dict[str, Any]) -> list[Ring]:
    """Undo TopoJSON's delta coding: lines in degrees."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(line)
    return arcs


def alpha2(geometry: dict[str, Any]) -> str | None:
    """The two-letter code of a geometry; None for areas that belong to no State by that list."""
    name = geometry["properties"]["name"]
    if name in UNCODED:
        return UNCODED[name]
    country = pycountry.countries.get(numeric=str(geometry.get("id", "")).zfill(3))
    return country.alpha_2 if country else None


def stitch(rings: list[list[int]], arcs: list[Ring]) -> list[Ring]:
    """Join rings of arc numbers to rings of points; a border that two of them share disappears."""
    count = Counter(arc if arc >= 0 else ~arc for ring in rings for arc in ring)
    if not any(times > 1 for times in count.values()):
        return [join(ring, arcs) for ring in rings]
    pieces = [oriented(arc, arcs) for ring in rings for arc in ring if count[arc if arc >= 0 else ~arc] == 1]
    done = []
    while pieces:
        line = list(pieces.pop())
        while line[0] != line[-1]:
            following = next(piece for piece in pieces if piece[0] == line[-1])
            pieces.remove(following)
            line += following[1:]
        done.append(line)
    return done


def oriented(arc: int, arcs: list[Ring]) -> Ring:
    """An arc, backwards when its number says so."""
    return arcs[arc] if arc >= 0 else arcs[~arc][::-1]


def join(ring: list[int], arcs: list[Ring]) -> Ring:
    """Arcs end to end; each starts where the one before ended."""
    points: Ring = []
    for arc in ring:
        points += oriented(arc, arcs)[1 if points else 0 :]
    return points


def countries(path: Path) -> dict[str, list[Ring]]:
    """The rings of each country in a file of world-atlas."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = read_arcs(topology)
    numbers: dict[str, list[list[int]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = alpha2(geometry)
        if code and code not in LEFT_OUT and geometry.get("arcs"):
            polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
            numbers.setdefault(code, []).extend(ring for polygon in polygons for ring in polygon)
    return {
        code: [[canvas(*point) for point in unrolled(ring)] for ring in stitch(rings, arcs)]
        for code, rings in numbers.items()
    }


def unrolled(ring: Ring) -> Ring:
    """A ring that crosses the 180th meridian goes on eastwards, rather than back across the whole map."""
    crosses = any(abs(east - west) > HALF_TURN for (west, _), (east, _) in pairwise(ring))
    return [(x + 2 * HALF_TURN if crosses and x < 0 else x, y) for x, y in ring]


def area(ring: Ring) -> float:
    """Area of a ring, by the shoelace formula."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def straightened(steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Steps without the empty ones, and with those that go straight on made one."""
    merged: list[tuple[int, int]] = []
    for dx, dy in steps:
        last_x, last_y = merged[-1] if merged else (0, 0)
        if merged and last_x * dy == last_y * dx and last_x * dx + last_y * dy > 0:
            merged[-1] = (last_x + dx, last_y + dy)
        elif (dx, dy) != (0, 0):
            merged.append((dx, dy))
    return merged


def outline(ring: Ring) -> str:
    """A ring as the shortest relative path through whole numbers; empty when nothing is left of it."""
    points = [(round(x), round(y)) for x, y in ring]
    steps = straightened([(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(points)])
    if len(steps) < TRIANGLE:
        return ""
    numbers = "".join(f"{' ' if n >= 0 else ''}{n}" for step in steps[:-1] for n in step).strip()
    # An absolute start; the numbers after "l" are steps.
    return f"M{points[0][0]} {points[0][1]}l{numbers}z"


def shape(code: str, rings: list[Ring]) -> str:
    """The outline of a country; empty when it is too small to have one."""
    if sum(area(ring) for ring in rings) < STATE:
        return ""
    largest = max(area(ring) for ring in rings)
    path = "".join(outline(ring) for ring in rings if area(ring) >= min(ISLAND, largest))
    return f'<path id="{code}" d="{path}"/>'


def dot(code: str, rings: list[Ring]) -> str:
    """A dot in the middle of the largest piece of a small state."""
    ring = max(rings, key=area)
    x, y = (round(sum(axis) / len(ring)) for axis in zip(*ring, strict=True))
    return f'<circle id="{code}" cx="{x}" cy="{y}" r="{DOT}"/>'


def main(folder: Path) -> None:
    """Read both files of the package and write ours."""
    coarse, fine = countries(folder / "countries-110m.json"), countries(folder / "countries-50m.json")
    land = {code: drawn for code, rings in sorted(coarse.items()) if (drawn := shape(code, rings))}
    dots = {code: dot(code, rings) for code, rings in sorted(fine.items()) if code not in land}
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><!-- {VERSION} -->'
        f'<g id="land">{"".join(land.values())}</g><g id="dots">{"".join(dots.values())}</g></svg>\n'
    )
    about = {"source": VERSION, "width": WIDTH, "height": HEIGHT, "outlines": list(land), "dots": list(dots)}
    (ROOT / "incidents/static/world.svg").write_text(svg, encoding="utf-8")
    (ROOT / "incidents/summaries/data/world.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
    print(f"{len(land)} outlines, {len(dots)} dots, {len(svg):,} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
