"""Random word pairs to speak of a person by: drawn, never derived from a name, a date or a place."""

from __future__ import annotations

import secrets
from typing import Final

# Neutral words of everyday things: nothing that hints at gender, origin, faith, health, drugs or violence.
_COLOURS: Final = """
    amber ash azure beige birch bronze buff cedar chalk cherry clay cobalt copper coral cream
    crimson denim ebony emerald flax forest garnet ginger golden granite graphite green grey hazel
    honey indigo ivory jade khaki lemon lilac lime linen maple marble mint mustard navy oak ochre
    olive opal orange pearl pine plum quartz russet rust saffron sand sapphire scarlet sepia silver
    slate teal topaz umber walnut
"""
_THINGS: Final = """
    anchor arch basket bay bell bench bird boat book bridge brook candle canyon cloud compass comet
    cove delta dune ember falcon fern field finch garden gate glacier grove harbour heron hill
    island kite lagoon lake lantern leaf lighthouse meadow mill moon mountain nest orchard otter
    owl pebble pier planet pond prairie reef ridge river robin sail shore sparrow spring star stone
    stream swift tide tower valley
"""
COLOURS: Final = tuple(_COLOURS.split())
THINGS: Final = tuple(_THINGS.split())


def new_pseudonym() -> str:
    """Return a random word pair such as "amber heron"; of some 3,500 pairs, so two may coincide."""
    return f"{secrets.choice(COLOURS)} {secrets.choice(THINGS)}"
