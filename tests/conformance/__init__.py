"""The cases of `conformance/`: how they are made, and that they hold."""
