"""The version of the library, kept here and nowhere else: the build reads it, and every result is stamped with it."""

__version__ = "0.1.0"
