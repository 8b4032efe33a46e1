"""The documented DICOM_reencoder API: edit tags, de-identify one file, de-identify many.

A thin layer over dicomveil and pydicom. Modules are imported here, never functions: the module
``anonymize_dicom`` and its function share a name, and the function would hide the module.

Examples
--------
>>> from DICOM_reencoder.anonymize_dicom import generate_anonymous_id
>>> generate_anonymous_id("12345", key=b"0123456789abcdef0123456789abcdef") == generate_anonymous_id("12345")
False
"""

from DICOM_reencoder import anonymize_dicom, batch_process, core, modify_tags

__all__ = ["anonymize_dicom", "batch_process", "core", "modify_tags"]
