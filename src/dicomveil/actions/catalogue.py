"""All actions by the word that recipes use for them."""

from __future__ import annotations

from dicomveil.actions.check import (
    check_charset,
    check_code,
    check_date,
    check_number,
    check_term,
    check_text,
    check_uid,
)
from dicomveil.actions.dummy import dummy
from dicomveil.actions.empty import empty
from dicomveil.actions.new_uid import new_uid
from dicomveil.actions.outcome import Action
from dicomveil.actions.pseudonym import patient_id, patient_pseudonym, pseudonym
from dicomveil.actions.remove import remove
from dicomveil.actions.retain import retain, retain_uid
from dicomveil.actions.shift_date import shift_date

ACTIONS: dict[str, Action] = {
    "remove": remove,
    "empty": empty,
    "dummy": dummy,
    "keep": retain,
    "keep-uid": retain_uid,
    "pseudonym": pseudonym,
    "patient-id": patient_id,
    "patient-pseudonym": patient_pseudonym,
    "new-uid": new_uid,
    "shift-date": shift_date,
    "check": check_text,
    "check-number": check_number,
    "check-uid": check_uid,
    "check-code": check_code,
    "check-term": check_term,
    "check-date": check_date,
    "check-charset": check_charset,
}
"""`replace` is not here: it is made for its value (`replace.replace_with`)."""
