"""The desktop program: shell, pages, the one form view, child mode, theme."""
