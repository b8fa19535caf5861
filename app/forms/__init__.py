"""A form is data: its schema, expressions, validity, computed answers and upgrades."""
