"""How a command that proves is run: the solver must be there, and a witness the engine does not bear out stops everything."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def proving(run: Callable[[argparse.Namespace], int], chosen: argparse.Namespace) -> int:
    """Run a command that proves. Gives its exit code, 2 for a fault in the proofs. Raises Faults without the solver."""
    from engine.prove.solver import require

    require()
    from engine.prove.witness import NotReplayed

    try:
        return run(chosen)
    except NotReplayed as fault:
        print(fault, file=sys.stderr)
        return 2
