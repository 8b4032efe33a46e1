"""Have Python look for garbage seldom: hardly anything of a run is garbage in cycles, and looking costs a tenth."""

from __future__ import annotations

import gc

_ALLOCATIONS = 100_000


def look_seldom() -> None:
    """Leave what there is alone, and look at what is new only now and then; for a process that does a run."""
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
