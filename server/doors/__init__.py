"""The doors of the server: each module is a router, thin, with the work done behind it."""
