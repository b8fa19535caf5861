"""Reading many records at once: lists and histories, shaped for the screens."""
