"""A policy as it is written: the shape of a rule file (`model`), found and read with positions (`source`)."""
