"""`mfaenv help`: the list of topics, and a page on a terminal and elsewhere."""

from io import StringIO
from pathlib import Path

import pytest
from documents import spans
from product import COMMAND, Product, advised
from rich.console import Console
from terminals import USUAL_SIZE, Window

from mfaenv.errors import DONE, USAGE
from mfaenv.fast.catalog import TOPICS
from mfaenv.terminal.markdown import draw

FOLDER = Path(__file__).parents[2] / "mfaenv" / "help"
PAGES = {topic: (FOLDER / f"{topic}.md").read_text(encoding="utf-8") for topic in TOPICS}
SHORT = min(PAGES, key=lambda topic: PAGES[topic].count("\n"))


def in_window(product: Product, topic: str, **variables: str) -> str:
    """Return what a window of the usual size shows, and is left with."""
    with Window((*COMMAND, "help", topic), product.env | variables, product.home, USUAL_SIZE) as window:
        assert window.ended() == DONE
        return window.text


def test_every_page_is_a_topic() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(TOPICS)


def test_the_list_has_each_topic_with_its_title(bare: Product) -> None:
    done = bare.run("help")
    assert (done.status, done.err) == (DONE, "")
    rows = dict(line.split(maxsplit=1) for line in done.out.splitlines()[1:])
    assert rows == {topic: text.splitlines()[0].removeprefix("# ") for topic, text in PAGES.items()}
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("topic", TOPICS)
def test_elsewhere_than_on_a_terminal_a_page_is_the_file(bare: Product, topic: str) -> None:
    assert bare.run("help", topic) == (DONE, PAGES[topic], "")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("rols", "Did you mean roles?"),
        ("secur", "Did you mean security?"),
        ("nothing-like-it", "This lists the topics:\nmfaenv help"),
        ("status", "For the command of that name:\nmfaenv status --help"),
        ("roles init", "This shows how:\nmfaenv help --help"),
    ],
)
def test_a_wrong_topic_gets_the_closest(bare: Product, words: str, hint: str) -> None:
    done = bare.run("help", *words.split())
    assert (done.status, done.out) == (USAGE, "")
    assert done.err.endswith(advised(hint))


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_on_a_terminal_a_page_is_drawn(bare: Product, variables: dict[str, str]) -> None:
    shown = in_window(bare, SHORT, **variables)
    assert not {"#", "`"} & set(shown)
    words = PAGES[SHORT].replace("`", "").split()
    assert [word for word in words if word.isalpha() and word not in shown] == []


def test_a_line_to_copy_is_not_broken(bare: Product) -> None:
    lines = {line[4:] for line in PAGES["init"].splitlines() if line.startswith("    ")}
    assert max(map(len, lines)) > 76
    shown = in_window(bare, "init")
    assert [line for line in lines if f"  {line}\n" not in shown] == []


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("topic", TOPICS)
def test_code_in_a_sentence_or_a_table_is_not_broken(topic: str, width: int) -> None:
    """In a narrow window that breaks the lines of a table itself, what is copied is whole all the same."""
    shown = draw(Console(width=width, file=StringIO()), PAGES[topic])
    code = spans(f"mfaenv/help/{topic}.md")
    assert code
    assert [text for text in code if text not in shown and len(text) <= width - 4] == []
    assert "…" not in shown or "…" in PAGES[topic]
