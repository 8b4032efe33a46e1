"""What the system tells of running processes (Linux)."""

from __future__ import annotations

from pathlib import Path


def descendants(parent: int) -> list[tuple[int, str]]:
    """Return the processes that one has started, and those that these have, each with its command line."""
    parents: dict[int, int] = {}
    words: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                _, _, rest = (entry / "stat").read_text().rpartition(")")
                words[int(entry.name)] = (entry / "cmdline").read_text(errors="replace").replace("\0", " ")
            except OSError:  # it has just ended
                continue
            parents[int(entry.name)] = int(rest.split()[1])
    found: list[tuple[int, str]] = []
    level = {parent}
    while level:
        level = {child for child, its in parents.items() if its in level}
        found += [(child, words[child]) for child in sorted(level)]
    return found


def resident_bytes(process: int) -> int:
    """Return how much memory a process holds now; 0 if it has ended."""
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
