"""Text that people wrote: the known identifiers of an instance, and dates, found in prose."""
