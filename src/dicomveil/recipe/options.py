"""The options of the Basic Profile (PS3.15 E.3), by the words that recipes and commands use for them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class ProfileOption(StrEnum):
    """An option of the Basic Application Confidentiality Profile; each has its column and its code.

    The two options that change pixels have no column in Table E.1-1.

    Examples
    --------
    >>> ProfileOption("retain-uids").column, ProfileOption.RETAIN_UIDS.code
    ('retain_uids', '113110')
    """

    RETAIN_SAFE_PRIVATE = "retain-safe-private"
    """Keep private attributes that are known to identify nobody (E.3.10)."""
    RETAIN_UIDS = "retain-uids"
    """Keep the UIDs of studies, series, instances and what they refer to (E.3.9)."""
    RETAIN_DEVICE_IDENTITY = "retain-device-identity"
    """Keep what names the device, such as its serial number and station name (E.3.8)."""
    RETAIN_INSTITUTION_IDENTITY = "retain-institution-identity"
    """Keep what names the institution, its address and department (E.3.11)."""
    RETAIN_PATIENT_CHARACTERISTICS = "retain-patient-characteristics"
    """Keep what describes the patient's body, such as age, sex, size and weight (E.3.7)."""
    RETAIN_FULL_DATES = "retain-full-dates"
    """Keep all dates and times as they are (E.3.6)."""
    RETAIN_MODIFIED_DATES = "retain-modified-dates"
    """Move all dates of a patient by one number of days, so that intervals survive (E.3.6)."""
    CLEAN_DESCRIPTORS = "clean-descriptors"
    """Keep descriptions and comments, with what identifies somebody taken out of them (E.3.5)."""
    CLEAN_STRUCTURED_CONTENT = "clean-structured-content"
    """Keep structured reports and acquisition context, with what identifies somebody taken out (E.3.4)."""
    CLEAN_GRAPHICS = "clean-graphics"
    """Keep overlays, curves and graphic annotations, with identifying text taken out (E.3.3)."""
    CLEAN_PIXEL_DATA = "clean-pixel-data"
    """Take identifying text out of the pixels (E.3.1)."""
    CLEAN_RECOGNIZABLE_VISUAL_FEATURES = "clean-recognizable-visual-features"
    """Make faces that volume rendering could show unrecognizable (E.3.2)."""

    @property
    def column(self) -> str:
        """The option's column in Table E.1-1, as the tables of ``standard`` name it; empty if it has none."""
        return _COLUMNS.get(self, "")

    @property
    def meaning(self) -> str:
        """The option's name in PS3.16 CID 7050, which is its code's meaning."""
        return self._method()[1]

    @property
    def code(self) -> str:
        """The option's code value in PS3.16 CID 7050, for De-identification Method Code Sequence."""
        return self._method()[0]

    def _method(self) -> tuple[str, str]:
        from dicomveil.standard.methods import method_code

        method = method_code(self.column or f"{self.value.replace('-', ' ').title()} Option")
        return method.code_value, method.meaning


_COLUMNS = {
    ProfileOption.RETAIN_SAFE_PRIVATE: "retain_safe_private",
    ProfileOption.RETAIN_UIDS: "retain_uids",
    ProfileOption.RETAIN_DEVICE_IDENTITY: "retain_device_id",
    ProfileOption.RETAIN_INSTITUTION_IDENTITY: "retain_institution_id",
    ProfileOption.RETAIN_PATIENT_CHARACTERISTICS: "retain_patient_chars",
    ProfileOption.RETAIN_FULL_DATES: "retain_long_full_dates",
    ProfileOption.RETAIN_MODIFIED_DATES: "retain_long_modified_dates",
    ProfileOption.CLEAN_DESCRIPTORS: "clean_descriptors",
    ProfileOption.CLEAN_STRUCTURED_CONTENT: "clean_structured_content",
    ProfileOption.CLEAN_GRAPHICS: "clean_graphics",
}

OFFERED = frozenset(option for option in ProfileOption if option.value.startswith("retain-"))
"""The options that can be carried out; the cleaning ones cannot yet."""


def contradictions(options: Iterable[ProfileOption]) -> list[str]:
    """Say why options cannot be carried out together; empty if they can.

    Examples
    --------
    >>> contradictions({ProfileOption.RETAIN_UIDS, ProfileOption.RETAIN_FULL_DATES})
    []
    >>> contradictions({ProfileOption.RETAIN_MODIFIED_DATES, ProfileOption.RETAIN_FULL_DATES})
    ['retain-full-dates and retain-modified-dates exclude each other (PS3.15 E.3.6)']
    """
    both = {ProfileOption.RETAIN_FULL_DATES, ProfileOption.RETAIN_MODIFIED_DATES}
    if both <= set(options):
        return ["retain-full-dates and retain-modified-dates exclude each other (PS3.15 E.3.6)"]
    return []


def not_offered(option: ProfileOption) -> str:
    """Say that an option cannot be carried out yet, and what happens instead; empty for one that can.

    Examples
    --------
    >>> not_offered(ProfileOption.RETAIN_UIDS)
    ''
    """
    if option in OFFERED:
        return ""
    return (
        f"{option.value} is not built yet: dicomveil cannot clean, only retain or remove; "
        "without the option, what it would clean is removed, emptied or given a dummy value"
    )
