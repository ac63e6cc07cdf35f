"""Look for people of a register in rows that were handed on, and in the raw rows, and say how many are found.

    python tools/attack_microdata.py [ROWS] [OTHERS]

ROWS invented persons are in the file (20,000), OTHERS more in the attacker's register (as many). The register knows
area, month, gender and age band of each; the attacker knows that each target is in the file. Nobody is real; the
same numbers give the same answer.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.factories.rows import SEED
from tests.unit.disclosure.linkage import KNOWN, PERSON, SECRET, attack, documented_people, handed_on, register_of

KS = (5, 11)


def main(rows: int, others: int) -> None:
    """Attack and print."""
    people = documented_people(rows, SEED)
    register = register_of(people, others, SEED)
    print(f"{rows:,} persons in the file, {register.height:,} in the register; it knows {', '.join(KNOWN)}")
    print(f"raw rows: {attack(people.select(*KNOWN, SECRET, PERSON), register)}")
    for k in KS:
        made = handed_on(people, k)
        print(f"k = {k}: {attack(made.frame, register)}")
        print(f"  expected by the figures: {made.after.population_global:.2%}; at most {made.after.sample_max:.1%}")
        for one in made.recodings:
            print(f"  {one.in_words}")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [20_000, 20_000][len(given) :]))
