"""The words of the clause language, one module each, and the closed set of operations that they become.

A word says how it is written and what it means in terms of `operations`; every engine implements operations only.
"""
