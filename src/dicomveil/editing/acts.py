"""Turn one edit into its act: checked as far as it can be without a file, then done to one instance after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET
from dicomveil.editing.declaring import declare, is_declaration, recode_all
from dicomveil.editing.edits import (
    Copy,
    EditAt,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Recode,
    Remove,
    RemoveItem,
    RemovePrivate,
    Replace,
    Substitute,
)
from dicomveil.editing.elements import empty_element, remove_element, remove_private
from dicomveil.editing.guard import check_edit
from dicomveil.editing.items import empty_items, have_item, insert_item, remove_items
from dicomveil.editing.recoding import without_misreading
from dicomveil.editing.value_acts import copy_value, format_value, put_value, renew_uids, replace_value, substitute
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from dicomveil.editing.edits import Edit
    from dicomveil.editing.means import Act, Means


def act_of(edit: Edit, means: Means) -> Act:
    """Return what carries out an edit.

    Raises
    ------
    EditError
        If no file can take it.
    """
    if not isinstance(edit, EditAt):
        return _without_address(edit)
    check_edit(edit, force=means.force)
    act = _at_address(edit, means)
    last = edit.place.steps[-1]
    may_misread = SPECIFIC_CHARACTER_SET & last.mask == last.tag and not is_declaration(edit)
    return without_misreading(act) if may_misread and not means.force else act


def _at_address(edit: EditAt, means: Means) -> Act:  # noqa: PLR0911 - one line an edit
    address, force = edit.place, means.force
    is_item = address.steps[-1].item is not None
    match edit:
        case Put() if is_declaration(edit) and not force:
            return declare(edit)
        case PutIfAbsent() if isinstance(address.steps[-1].item, int) and edit.value is None:
            return have_item(address, fill=means.customs.fill_items)
        case PutIfAbsent():
            return put_value(edit, means, only_absent=True)
        case Replace():
            return replace_value(edit, means)
        case Put():
            return put_value(edit, means)
        case Format():
            return format_value(edit, means)
        case Copy():
            return copy_value(edit, means)
        case Substitute():
            return substitute(edit, means)
        case NewUID():
            return renew_uids(edit, means)
        case InsertItem():
            return insert_item(address)
        case Empty():
            return empty_items(address) if is_item else empty_element(address, force=force)
        case Remove() | RemoveItem():
            return remove_items(address) if is_item else remove_element(address, force=force)
    raise EditError(f"{type(edit).__name__}: no such edit")


def _without_address(edit: Edit) -> Act:
    match edit:
        case Recode():
            return recode_all(edit.charset)
        case RemovePrivate():
            return remove_private
    raise EditError(f"{type(edit).__name__}: no such edit")
