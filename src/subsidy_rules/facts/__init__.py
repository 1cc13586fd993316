"""The facts a calculation rests on: the shared vocabulary, and cases written in it.

`vocabulary` declares the entities and their fields once, as typed models; a policy adds members and facts of its own
in YAML, and both are read by the same strict reader in `case`. A fact that is absent stays absent: it is unknown,
never zero and never false.
"""
