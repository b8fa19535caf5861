"""Waymark, the offline casebook for youth justice."""

__version__ = "0.1.0"
