"""Nushell, which evaluates no text but loads a record."""

from mfaenv.shells.formats import Json


class Nu(Json):
    """A record; programs do not see a variable that is null."""

    line = "{command} --shell nu | from json | load-env"

    def remove(self, name: str) -> str:
        """Return the member."""
        return f'"{name}": null'
