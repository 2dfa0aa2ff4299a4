"""Changes of files: each is shown as a diff, asked about, and made in one step."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mfaenv.command_line import to_type
from mfaenv.config import edit, rewrite
from mfaenv.config.awsfiles import short
from mfaenv.config.names import ENCODING
from mfaenv.errors import MfaenvError, wrong_usage
from mfaenv.fast import text_to_stdout
from mfaenv.session.change_lock import change_lock
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import BAD, GOOD, PLAIN, Styled

Proved = Callable[[], bool]  # tries a change before it is made; where false, it is not
Settings = Mapping[str, str | None]

TONES = {"+": GOOD, "-": BAD}


@dataclass
class Offers:
    """Changes that the person takes one by one; with `yes` all are taken, with `dry_run` none."""

    terminal: Terminal
    config: str
    dry_run: bool
    yes: bool
    made: int = 0
    shown: int = 0

    def check(self) -> None:
        """Raise MfaenvError where nobody can be asked (usage), or the config file cannot be read."""
        if self.asking and self.terminal.obstacle():
            hint = "--yes takes all offers, --dry-run only shows them."
            raise wrong_usage("There is no terminal to ask on.", hint)
        rewrite.read(self.config, ENCODING)

    def check_writable(self, profile: str) -> None:
        """Raise MfaenvError where the config file cannot be replaced, before a code is used."""
        folder = os.path.dirname(os.path.realpath(self.config))
        effective = os.access in os.supports_effective_ids
        may = not os.path.isdir(folder) or os.access(folder, os.W_OK, effective_ids=effective)
        if not (self.dry_run or may):
            wrong = f"{short(self.config)} stays as it is: nothing can be made in {folder}. This shows what it lacks:"
            raise MfaenvError(wrong, command=to_type("configure", "--dry-run", "-p", profile))

    @property
    def asking(self) -> bool:
        """Return whether the person is asked."""
        return not (self.dry_run or self.yes)

    def change(self, why: str, file: rewrite.TextFile, text: str, proved: Proved = lambda: True) -> bool:
        """Show a change, and return whether it was taken, proved and made."""
        if text == file.text:
            return False
        self.shown += 1
        lines = [Styled(line, TONES.get(line[:1], PLAIN), unbroken=True) for line in rewrite.diff(file, text)]
        text_to_stdout(self.terminal.drawn(why, *lines))
        taken = self.yes or (self.asking and self.terminal.confirm(f"Change {short(file.path)} like this?"))
        if self.dry_run or not taken or not proved():
            return False
        with change_lock(self.terminal):
            rewrite.remove_leftovers(file.path)
            rewrite.replace(file, text)
        self.made += 1
        return True

    def settings(self, why: str, profiles: Mapping[str, Settings], proved: Proved = lambda: True) -> bool:
        """Offer settings of profiles in the config file; None removes one."""
        file = rewrite.read(self.config, ENCODING)
        return self.change(why, file, edit.with_values(file, profiles).text, proved)
