"""What people are told of a project: status, tables, the page."""
