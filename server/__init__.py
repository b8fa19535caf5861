"""The reference central server of a group of services: it keeps, merges and hands out casebooks.

Of `app` it imports `app.core`, `app.forms`, `app.sync.protocol` and `app.sync.merge`, and nothing
else. Processes hold no state: two of them over one database can't be told from one.
"""
