"""The tests of Waymark, and what they, the tour and the benchmarks share.

A package in so many words: a dependency that leaves a package `tests` of its own among the
installed ones would else be found in its place.
"""
