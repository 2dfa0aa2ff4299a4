"""`mfaenv help`: list the topics, or show the page of one."""

import os

from mfaenv import fast, suggest
from mfaenv.errors import DONE, wrong_usage
from mfaenv.fast import catalog
from mfaenv.fast.parse import Env, Options, Words
from mfaenv.terminal.terminal import Terminal

HELP_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "help")


def run(_options: Options, words: Words, env: Env) -> int:
    """Raise MfaenvError for an unknown topic."""
    if not words:
        width = max(map(len, catalog.TOPICS))
        rows = [f"  {topic:<{width}}  {page(topic).splitlines()[0].lstrip('# ')}\n" for topic in catalog.TOPICS]
        fast.text_to_stdout(f"Topics (mfaenv help TOPIC shows one):\n{''.join(rows)}")
        return DONE
    topic = words[0]
    if topic not in catalog.TOPICS:
        advice = suggest.advice(topic, catalog.TOPICS, "This lists the topics:", "mfaenv help")
        if topic in catalog.COMMANDS:
            advice = ("For the command of that name:", f"mfaenv {topic} --help")
        raise wrong_usage(f"There is no topic '{topic}'.", *advice)
    text = page(topic)
    fast.text_to_stdout(Terminal(env).markdown(text) if os.isatty(fast.STDOUT) else text)
    return DONE


def page(topic: str) -> str:
    """Return a topic's page, in Markdown."""
    with open(os.path.join(HELP_FOLDER, f"{topic}.md"), encoding="utf-8") as file:
        return file.read()
