"""Which dicomveil this is; it stands in every output's De-identification Method and in every report."""

VERSION = "0.1.0"
