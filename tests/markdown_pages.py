"""A Markdown text as a page: what a reader makes of it, and what GitHub and GitLab then make of its words."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "code_block", "fence"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    *(f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
}
"""The blocks that reports are made of."""
OURS_INLINE = {"text", "text_special", "code_inline", "strong_open", "strong_close", "html_inline", "softbreak"}
LIVE = {
    "a link": r"https?://|ftp://|www\.|mailto:|xmpp:|[\w.+-]+@[\w-]+\.\w",
    "a mention": r"(?<![\w`])@\w",
    "an issue": r"(?:#|!|GH-)\d",
    "a commit": r"(?<![0-9a-zA-Z])[0-9a-f]{7,40}(?![0-9a-zA-Z])",
    "an emoji": r":[\w+-]+:",
    "mathematics": r"\$",
    "a footnote": r"\[\^",
}
"""What comes alive in the words of a page, outside code, whether a backslash was before them or not."""


def unwanted(text: str) -> list[str]:
    """What is on the page that no report has: markup from a text, links, mentions."""
    found = []
    for token in READER.parse(text):
        if token.type not in OURS or token.tag == "h1":
            found.append(f"{token.type} {token.tag}")
        for part in token.children or ():
            if part.type not in OURS_INLINE or (part.type == "html_inline" and part.content != "<br>"):
                found.append(f"{part.type} {part.content}")
        words = words_of(token, "\0")
        found += [f"{kind} in {words!r}" for kind, pattern in LIVE.items() if re.search(pattern, words)]
    return found


def words_of(token: Token, code: str = "") -> str:
    """The words of a block; those of code too, or `code` in place of each span of it."""
    parts = []
    for part in token.children or ():
        if part.type in ("text", "text_special"):
            parts.append(part.content)
        elif part.type == "code_inline":
            parts.append(code or part.content)
        elif part.type in ("html_inline", "softbreak"):
            parts.append("\n")
    return "".join(parts)


def inline_words(text: str) -> str:
    """The words that a line of Markdown shows."""
    (token,) = READER.parseInline(text)
    return words_of(token)


def tables(text: str) -> list[list[list[str]]]:
    """The words of each cell of each row of each table."""
    found: list[list[list[str]]] = []
    is_cell = False
    for token in READER.parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            is_cell = True
        elif token.type == "inline" and is_cell:
            found[-1][-1].append(words_of(token))
            is_cell = False
    return found
