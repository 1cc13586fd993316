"""The published schemas: written from the code, held against what was released, and against every kind of document."""
