"""Names of persons: up to three groups of up to five components (PS3.5 6.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_GROUPS = 3
_MOST_COMPONENTS = 5
_LONGEST_GROUP = 64


@dataclass(frozen=True, slots=True)
class PersonName:
    """One name, with as many groups and components as were written, empty ones included.

    Groups are the alphabetic, the ideographic and the phonetic spelling; components are family name, given
    name, middle name, prefix and suffix.
    """

    groups: tuple[tuple[str, ...], ...]

    @staticmethod
    def parse(text: str) -> PersonName:
        """Read a name; any text is one, if not always a conformant one.

        Examples
        --------
        >>> name = PersonName.parse("Yamada^Tarou=山田^太郎")
        >>> name.family_name, name.ideographic, name.suffix
        ('Yamada', ('山田', '太郎'), '')
        >>> str(PersonName.parse("Ida^^")), PersonName.parse("Ida^^").is_conformant()
        ('Ida^^', True)
        """
        return PersonName(tuple(tuple(group.split("^")) for group in text.split("=")))

    def __str__(self) -> str:
        return "=".join("^".join(group) for group in self.groups)

    def is_conformant(self) -> bool:
        """Say whether it has at most three groups of five components and 64 characters (PS3.5 6.2)."""
        return (
            len(self.groups) <= _MOST_GROUPS
            and all(len(group) <= _MOST_COMPONENTS for group in self.groups)
            and all(len("^".join(group)) <= _LONGEST_GROUP for group in self.groups)
            and PersonName.parse(str(self)) == self
        )

    @property
    def alphabetic(self) -> tuple[str, ...]:
        return self._group(0)

    @property
    def ideographic(self) -> tuple[str, ...]:
        return self._group(1)

    @property
    def phonetic(self) -> tuple[str, ...]:
        return self._group(2)

    @property
    def family_name(self) -> str:
        return self._component(0)

    @property
    def given_name(self) -> str:
        return self._component(1)

    @property
    def middle_name(self) -> str:
        return self._component(2)

    @property
    def prefix(self) -> str:
        return self._component(3)

    @property
    def suffix(self) -> str:
        return self._component(4)

    def _group(self, at: int) -> tuple[str, ...]:
        return self.groups[at] if at < len(self.groups) else ()

    def _component(self, at: int) -> str:
        return self.alphabetic[at] if at < len(self.alphabetic) else ""
