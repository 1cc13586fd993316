"""HTML for a notebook: the blocks of a report as tables, every word escaped, nothing fetched from anywhere."""

from __future__ import annotations

from html import escape

from subsidy_rules.report.tables import Block


def html_table(block: Block) -> str:
    """Write a block as HTML, for a notebook: all its words escaped, nothing fetched."""
    heads = "".join(f"<th>{escape(head)}</th>" for head in block.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td>{'<br>'.join(escape(x) for x in cell if x)}</td>" for cell in row) + "</tr>"
        for row in block.rows
    )
    remarks = "".join(f"<p>{escape(one)}</p>" for one in block.remarks)
    return f"<h4>{escape(block.title)}</h4><table><tr>{heads}</tr>{rows}</table>{remarks}"
