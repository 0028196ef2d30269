"""A page as a browser sees it: elements, texts, and what it would load."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "img", "link", "rect", "path"}


class Page(HTMLParser):
    """Reads a page.

    Attributes:
        elements: names and attributes, in order.
        texts: what is between the tags, by the name of the element.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open, []).append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All that is written on it."""
        kinds = (text for tag, text in self.texts.items() if tag not in {"script", "style"})
        return "".join(each for text in kinds for each in text)


def check_safe(html: str) -> Page:
    """See that a page runs nothing but its own script, and loads nothing."""
    page = Page(html)
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not {"img", "iframe", "object", "embed", "link", "base"} & {
        name for name, _ in page.elements
    }
    for name, attributes in page.elements:
        assert not any(each.startswith("on") for each in attributes), attributes
        assert not {"src", "style", "srcdoc", "action", "formaction"} & attributes.keys()
        assert name == "svg" or "xlink:href" not in attributes
        if "href" in attributes:
            assert attributes["href"].startswith("#")
    policies = [each for each in page.all("meta") if "http-equiv" in each]
    (policy,) = [each["content"] for each in policies]
    assert policy.startswith("default-src 'none'")
    for tag in ("script", "style"):
        digest = hashlib.sha256("".join(page.texts[tag][:1]).encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "http://" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in html
    return page
