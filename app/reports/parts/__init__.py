"""The parts of a report that are drawn from the record, one module for each side of it."""
