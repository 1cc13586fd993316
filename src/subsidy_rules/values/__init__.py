"""The first room: text goes in, exact values come out.

Everything a subsidy is computed from arrives as text that somebody typed: an amount with its unit,
a rate, a day, the words of a clause. Here each becomes a value that cannot be misread later, or is
refused with its line and column. `document` reads a file into a tree in which every scalar is still
text and knows its place; the other modules turn one text into one value each, so that `1:0.5` is
never the number 60.5, `no` is never false, and `0.1` is never a binary fraction.

The room imports nothing of the library but `errors`, and it knows no policy. A typical way in:

    document = read(Path("case.yaml"), error=CaseError)
    document.root.get("decision_date")      # Scalar("2025-09-01", case.yaml:2:16)
"""
