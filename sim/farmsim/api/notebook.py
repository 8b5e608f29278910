"""How values look in a notebook: small HTML tables that take the colours of the page, without script.

Everything that is shown is escaped, names of files included.
"""

from collections.abc import Iterable, Sequence
from html import escape

_LINE = "border-bottom:1px solid currentColor"
_CELL = "padding:0.15em 0.8em 0.15em 0;color:inherit;background:transparent"


def table_html(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], remarks: Iterable[str] = ()
) -> str:
    """A table with a title above and remarks below; the first column is on the left, the others too.

    >>> print(table_html("a < b", ("x",), [("<1>",)])[:31])
    <div style="color:inherit"><div
    """
    head = _row("th", headings, f"{_CELL};text-align:left;{_LINE}") if any(headings) else ""
    body = "".join(_row("td", row, f"{_CELL};text-align:left") for row in rows)
    above = f'<div style="font-weight:bold">{_text(title)}</div>' if title else ""
    below = "".join(f"<div>{_text(remark)}</div>" for remark in remarks)
    style = "border-collapse:collapse;color:inherit;background:transparent"
    return f'<div style="color:inherit">{above}<table style="{style}">{head}{body}</table>{below}</div>'


def preformatted(text: str) -> str:
    """Text whose blanks and line ends matter."""
    return f'<pre style="color:inherit;background:transparent">{_text(text)}</pre>'


def _row(tag: str, cells: Sequence[str], style: str) -> str:
    return "<tr>" + "".join(f'<{tag} style="{style}">{_text(cell)}</{tag}>' for cell in cells) + "</tr>"


def _text(text: str) -> str:
    return escape(text, quote=True)
