"""What is given out of Exeat as pages that need nothing else: no program, no chat, no network. They print well."""

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from cards.export import Chapter, Item, Line, Section, Table
from cards.html.words import block, inline, together

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: #fff; color: #1b1f24;
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.375rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 2px solid #1b1f24; }
h3 { font-size: 1.125rem; margin: 1.75rem 0 .5rem; }
p, ul { margin: 0 0 .75rem; max-width: 44rem; }
a { color: #0b4f9e; }
a:focus-visible { outline: 3px solid #0b4f9e; outline-offset: 2px; }
.quiet { color: #4a525c; }
.notice { border-left: 4px solid #8a4b00; background: #fff7e8; padding: .75rem 1rem; }
.notice { margin: 0 0 1rem; max-width: 44rem; }
.notice p:last-child { margin: 0; }
.wide { overflow-x: auto; }
.wide td { min-width: 6.5rem; }
.wide th { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .375rem .625rem; border: 1px solid #c3c9d0; }
th { background: #f3f5f7; font-weight: 600; }
.record th { width: 13rem; font-weight: 400; color: #4a525c; }
.words { white-space: pre-wrap; overflow-wrap: anywhere; }
.typed { border-left: 3px solid #7a8592; padding-left: .5rem; }
img { display: block; max-width: 100%; max-height: 20rem; margin-top: .5rem; border: 1px solid #c3c9d0; }
@media (max-width: 36rem) {
  .record, .record caption, .record tbody, .record tr, .record th, .record td { display: block; width: auto; }
  .record th { border-bottom: 0; padding-bottom: 0; }
  .record td { border-top: 0; }
  .record tr + tr th { border-top: 0; }
}
@media print {
  @page { margin: 15mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  a { color: inherit; text-decoration: none; }
  nav { display: none; }
  tr, img { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .wide { overflow: visible; }
  .wide td { min-width: 0; }
  .wide th { white-space: normal; }
}
"""

PictureUrl = Callable[[str], str]
"""Gives the address of a picture by its sha256."""


def page_html(title: str, body: Iterable[Markup], *, lead: str = "") -> str:
    """A whole page in British English, with its style in it."""
    return str(
        Markup(
            '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="robots" content="noindex">\n'
            "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header><h1>{}</h1>{}</header>\n"
            "<main>\n{}\n</main>\n</body>\n</html>\n"
        ).format(
            title,
            Markup(STYLE),  # noqa: S704
            inline(title),
            block(lead, "p", "quiet") if lead else "",
            Markup("\n").join(body),
        )
    )


def heading(text: str, id: str = "") -> Markup:
    """A heading of the second level, that a link can lead to."""
    return (
        Markup('<h2 id="{}">{}</h2>').format(id, inline(text)) if id else Markup("<h2>{}</h2>").format(inline(text))
    )


def paragraphs(*texts: str) -> Markup:
    """Exeat's own words."""
    return together(block(text, "p") for text in texts)


def notice(*texts: str) -> Markup:
    """Something to be careful of."""
    return Markup('<div class="notice">{}</div>').format(paragraphs(*texts))


def listed(texts: Iterable[str]) -> Markup:
    """Items one under the other."""
    return Markup("<ul>{}</ul>").format(together(Markup("<li>{}</li>").format(inline(text)) for text in texts))


def contents(links: Sequence[tuple[str, str]], label: str = "On this page") -> Markup:
    """Links to what follows: pairs of an address of our own and its words."""
    items = together(Markup('<li><a href="{}">{}</a></li>').format(url, inline(words)) for url, words in links)
    return Markup('<nav aria-label="{}"><ul>{}</ul></nav>').format(label, items)


def chapter_html(chapter: Chapter, picture_url: PictureUrl) -> Markup:
    """The records of a kind under their heading."""
    items = together(_item(each, picture_url) for each in chapter.items)
    return Markup('<section aria-labelledby="{0}">{1}{2}</section>').format(
        chapter.name, heading(chapter.title, chapter.name), items or paragraphs("There is nothing.")
    )


def table_html(table: Table) -> Markup:
    """A table that can be scrolled sideways on a narrow screen; the first cell of each row is its heading."""
    if not table.rows:
        return paragraphs(f"{table.caption}: {table.empty[0].lower()}{table.empty[1:]}")
    heads = together(Markup('<th scope="col">{}</th>').format(inline(each)) for each in table.heads)
    rows = together(_row(cells) for cells in table.rows)
    return Markup(
        '<div class="wide" role="region" aria-label="{}" tabindex="0"><table><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(table.caption, inline(table.caption), heads, rows)


def _row(cells: Sequence[str]) -> Markup:
    first, *rest = cells
    others = together(Markup("<td>{}</td>").format(block(each)) for each in rest)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(inline(first), others)


def _item(item: Item, picture_url: PictureUrl) -> Markup:
    sections = together(_section(each, picture_url) for each in item.sections)
    return Markup("<article><h3>{}</h3>{}</article>").format(inline(item.title), sections)


def _section(section: Section, picture_url: PictureUrl) -> Markup:
    lines = together(_line(each, picture_url) for each in section.lines)
    return Markup('<table class="record"><caption>{}</caption><tbody>{}</tbody></table>').format(
        inline(section.title), lines
    )


def _line(line: Line, picture_url: PictureUrl) -> Markup:
    said = block(line.text, classes="typed" if line.typed else "")
    if line.sha256 and (url := picture_url(line.sha256)):
        said += Markup('<img src="{}" alt="{}: the picture itself">').format(url, line.label)
    return Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(inline(line.label), said)
