"""The author's desk."""
