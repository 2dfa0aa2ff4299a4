"""xonsh."""

from mfaenv.shells import Target


class Xonsh(Target):
    """Python's own literals, in ASCII."""

    line = "execx($({command} --shell xonsh))"

    def assign(self, name: str, value: str) -> str:
        """Return the statement; raises ValueError for what cannot stand in an environment."""
        value.encode("utf-8", "surrogateescape")
        return f"${name} = {value!a};"

    def remove(self, name: str) -> str:
        """Return the statement."""
        return f"${{...}}.pop('{name}', None);"

    def fail(self, status: int) -> str:
        """Return the statement; of this exception xonsh shows one line and takes the status."""
        return f"raise __import__('subprocess').CalledProcessError({status}, 'mfaenv');"
