"""One editor for each kind of question, chosen by `registry.editor_for`."""
