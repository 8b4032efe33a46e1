"""The acts that declare another Specific Character Set; all text follows (PS3.3 C.12.1.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET
from dicomveil.editing.charset_names import defined_terms
from dicomveil.editing.edits import Put, PutIfAbsent, Replace
from dicomveil.editing.plain import values_in
from dicomveil.editing.recoding import recode

if TYPE_CHECKING:
    from dicomveil.editing.edits import Edit
    from dicomveil.editing.instance import Instance
    from dicomveil.editing.means import Act

_CHARACTER_SET = Address((Step(SPECIFIC_CHARACTER_SET),))


def is_declaration(edit: Edit) -> bool:
    """Tell whether an edit gives the data set a Specific Character Set."""
    return isinstance(edit, Put) and edit.place == _CHARACTER_SET and bool(edit.value)


def declare(edit: Put) -> Act:
    """Have text follow when another Specific Character Set is declared."""
    terms = defined_terms("\\".join(map(str, values_in(edit.value))))

    def act(instance: Instance) -> int:
        there = instance.root.raw(SPECIFIC_CHARACTER_SET) is not None
        if isinstance(edit, PutIfAbsent) and there:
            return 1
        if isinstance(edit, Replace) and not there:
            return 0
        recode(instance, terms)
        return 1

    return act


def recode_all(terms: str) -> Act:
    """Write all text anew, whatever was declared before."""

    def act(instance: Instance) -> int:
        recode(instance, terms)
        return 1

    return act
