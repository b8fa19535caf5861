"""The pages that the shell shows."""
