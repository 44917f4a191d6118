"""Messages as Teams writes them, in HTML, as the words that people saw."""

from html.parser import HTMLParser

_LINES = frozenset(["p", "div", "br", "li", "tr", "blockquote", "h1", "h2", "h3", "pre"])
_UNSEEN = frozenset(["script", "style"])


def in_words(html: str) -> tuple[str, list[str]]:
    """The words of a message and the web addresses that it links to, each once. Pictures are their alt texts."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    lines = (" ".join(line.split()) for line in "".join(reading.parts).splitlines())
    return "\n".join(line for line in lines if line), list(dict.fromkeys(reading.links))


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in _LINES:
            self.parts.append("\n")
        if tag in _UNSEEN:
            self._unseen += 1
        if tag == "img" and found.get("alt"):
            self.parts.append(found["alt"] or "")
        href = found.get("href") or ""
        if tag == "a" and href.startswith(("http://", "https://")):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in _LINES:
            self.parts.append("\n")
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)
