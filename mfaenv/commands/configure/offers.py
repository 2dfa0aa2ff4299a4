"""Changes of files: each is shown as a diff, asked about, and made in one step."""

from collections.abc import Callable, Mapping

from mfaenv.config import edit, rewrite
from mfaenv.config.awsfiles import short
from mfaenv.config.names import CONFIG_VARIABLE, ENCODING
from mfaenv.config.rewrite import TextFile
from mfaenv.errors import USAGE, MfaenvError
from mfaenv.fast import text_to_stdout
from mfaenv.session.change_lock import change_lock
from mfaenv.terminal.terminal import Terminal
from mfaenv.terminal.text import BAD, GOOD, PLAIN, Styled

Proved = Callable[[], bool]

TONES = {"+": GOOD, "-": BAD}


class Offers:
    """Offers changes to the person, who takes them one by one; with `yes` all are taken, with `dry_run` none."""

    def __init__(self, terminal: Terminal, *, dry_run: bool, yes: bool) -> None:
        """Raise MfaenvError (usage) where nobody can be asked."""
        if not (dry_run or yes or terminal.available()):
            raise MfaenvError(
                "There is no terminal to ask on.", "--yes takes all offers, --dry-run only shows them.", status=USAGE
            )
        self.terminal = terminal
        self.dry_run = dry_run
        self.yes = yes
        self.made = 0
        self.shown = 0

    @property
    def asking(self) -> bool:
        """Return whether the person is asked."""
        return not (self.dry_run or self.yes)

    def change(self, why: str, file: TextFile, text: str, proved: Proved = lambda: True) -> bool:
        """Show a change, and make it where it is taken and `proved` right; return whether it was. Raise MfaenvError."""
        if text == file.text:
            return False
        self.shown += 1
        lines = [Styled(line, TONES.get(line[:1], PLAIN), unbroken=True) for line in rewrite.diff(file, text)]
        text_to_stdout(self.terminal.drawn(why, *lines))
        taken = self.yes or (self.asking and self.terminal.confirm(f"Change {short(file.path)} like this?"))
        if self.dry_run or not taken or not proved():
            return False
        with change_lock(self.terminal):
            rewrite.replace(file, text)
        self.made += 1
        return True

    def settings(
        self, why: str, path: str, profiles: Mapping[str, Mapping[str, str | None]], proved: Proved = lambda: True
    ) -> bool:
        """Offer settings in the profiles' sections of the config file, as `change` does; None removes one."""
        file = changed = config_file(path)
        for profile, values in profiles.items():
            changed = edit.with_values(changed, profile, values)
        return self.change(why, file, changed.text, proved)


def config_file(path: str) -> TextFile:
    """Read the config file. Raise MfaenvError where none is named, or it is none that can be changed."""
    if not path:
        raise MfaenvError(f"{CONFIG_VARIABLE} names no file.", "Unset it, or name a file.")
    return rewrite.read(path, ENCODING)
