"""Started as a process of its own by isolation.py: ``python -I cleaner.py``. Everything it does is in cleaning.py."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

# The package without what its __init__ does: that would load the whole application, which has no place in here.
package = ModuleType("incidents")
package.__path__ = [str(Path(__file__).parent.parent)]
sys.modules["incidents"] = package

from incidents.evidence.cleaning import main  # noqa: E402 - the package has to be there first

if __name__ == "__main__":
    main()
