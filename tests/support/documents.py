"""The README and the pages of help, and what stands in them as code."""

import re
from pathlib import Path

from mfaenv.fast.catalog import TOPICS

ROOT = Path(__file__).parents[2]
README = "README.md"
JAPANESE = "README.ja.md"
PAGES = {topic: f"mfaenv/help/{topic}.md" for topic in TOPICS}
DOCUMENTS = (README, *PAGES.values())

SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
BLOCK = re.compile(r"(?:^ {4,}.*\n)+", re.MULTILINE)


def read(document: str) -> str:
    """Return the text of a document."""
    return (ROOT / document).read_text(encoding="utf-8")


def page(topic: str) -> str:
    """Return the text of a page of help."""
    return read(PAGES[topic])


def blocks(document: str) -> list[list[str]]:
    """Return the blocks of code, line by line; a line that ends in a backslash goes on in the next."""
    return [
        re.sub(r"\\\n *", "", block).replace("\n    ", "\n").strip().splitlines()
        for block in BLOCK.findall(read(document))
    ]


def spans(document: str) -> list[str]:
    """Return what stands as code within the text."""
    return [text.replace("\\|", "|") for _, text in SPAN.findall(BLOCK.sub("", read(document)))]


def prose(document: str) -> list[str]:
    """Return the sentences of a document."""
    return sentences(read(document))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without headings, tables and code that stands apart."""
    text = re.sub(r"^(?: {4}|\||#|<| +<).*$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"^ *(?:[-*]|\d+\.) ", "\n\n", text, flags=re.MULTILINE)
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return [
        one for part in paragraphs if part for one in re.split(r"(?<=[.?!:])[*)]* (?=[A-Z(`*\[]|mfaenv )", part)
    ]
