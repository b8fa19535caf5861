"""Exchange with the central server. Its parts are built on the change log of `app.models`."""
