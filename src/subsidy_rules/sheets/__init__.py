"""Tables that people exchange, in and out: CSV, XLSX, JSON lines, Parquet, and the mapping of their columns to facts.

Nothing here knows what an award is for: a table is rows of text with the place each came from.
"""
