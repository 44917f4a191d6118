"""Cards and forms as HTML, for the sandbox and for printed reports."""

from cards.html.card import card_html, window_html
from cards.html.form import form_html

__all__ = ["card_html", "form_html", "window_html"]
