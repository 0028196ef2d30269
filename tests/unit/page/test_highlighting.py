"""Source in colours says what the source says, and nothing in it is markup."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from funsies.page.code import highlighted

SOURCE = '''
def twice(text: str) -> str:
    """Over
    two lines <b>."""
    return f"{text}" * 2  # & so on
'''

TAG = re.compile("</?span[^>]*>")


def plain(lines: list[str]) -> str:
    return unescape(TAG.sub("", "\n".join(lines)))


def test_words_strings_numbers_and_comments_have_colours() -> None:
    shown = highlighted(SOURCE)
    assert '<span class="code-keyword">def</span> twice' in shown[1]
    assert (
        shown[3] == '<span class="code-string">    two lines &lt;b&gt;.&#34;&#34;&#34;</span>'
    )
    assert '<span class="code-number">2</span>' in shown[4]
    assert '<span class="code-comment"># &amp; so on</span>' in shown[4]
    assert plain(shown) == SOURCE


def test_what_is_no_python_is_shown_as_it_is() -> None:
    text = "'''never\nended <script>"
    assert plain(highlighted(text)) == text


WORDS = ['"', "'", '"""', "f'", "{", "}", "\\", "\n", "#", "<b>", "&", " ", "if", "1"]
source = st.text() | st.lists(st.sampled_from(WORDS)).map("".join)


@given(source)
def test_nothing_is_lost_and_nothing_is_markup(text: str) -> None:
    shown = highlighted(text)
    assert len(shown) == text.count("\n") + 1
    assert plain(shown) == text
    assert "<" not in TAG.sub("", "".join(shown))
