from __future__ import annotations

from builders import EXPLICIT, encode
from dicomveil.dataset.syntax import EXPLICIT_LE, IMPLICIT_LE
