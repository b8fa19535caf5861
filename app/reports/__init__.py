"""Typed report content in, PDF bytes out."""
