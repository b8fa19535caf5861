"""The one form view: any `Form` in, widgets out."""
