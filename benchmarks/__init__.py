"""What is measured, and what it is measured against. Run with `make bench`."""
