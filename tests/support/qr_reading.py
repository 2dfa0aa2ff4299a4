"""Reads a QR code from its modules, as a scanner does: ISO/IEC 18004, versions 5 and 6, text in bytes and letters."""

from collections.abc import Callable, Iterator, Sequence

HALVES = {" ": (1, 1), "▀": (0, 1), "▄": (1, 0), "█": (0, 0)}
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
BLOCKS = {
    (37, 1): (1, 108),
    (37, 0): (2, 43),
    (41, 1): (2, 68),
    (41, 0): (4, 27),
    (41, 3): (4, 19),
    (41, 2): (4, 15),
}
"""By the size and the level's bits (1 for L, 0 for M, 3 for Q, 2 for H): how many blocks, and of how much data each."""

MASKS: Sequence[Callable[[int, int], bool]] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: (row * column) % 2 + (row * column) % 3 == 0,
    lambda row, column: ((row * column) % 2 + (row * column) % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + (row * column) % 3) % 2 == 0,
)


def read(lines: Sequence[str]) -> str:
    """Return the text of a QR code that is drawn in half blocks, light ones drawn, with a light border."""
    rows = [half for line in lines for half in zip(*(HALVES[character] for character in line), strict=True)]
    first = next(number for number, row in enumerate(rows) if any(row))
    dark = rows[first]
    left, right = dark.index(1), len(dark) - dark[::-1].index(1)
    size = right - left
    assert first >= 2 <= left, "there is a border"
    return _text([list(row[left:right]) for row in rows[first : first + size]])


def _text(modules: list[list[int]]) -> str:
    size = len(modules)
    form = (
        sum(modules[8][column] << 14 - place for place, column in enumerate((0, 1, 2, 3, 4, 5)))
        ^ 0b101010000010010
    )
    level, mask = form >> 13, form >> 10 & 0b111
    bits = [
        modules[row][column] ^ MASKS[mask](row, column)
        for row, column in _path(size)
        if not _is_pattern(row, column, size)
    ]
    words = [int("".join(map(str, map(int, bits[at : at + 8]))), 2) for at in range(0, len(bits) - 7, 8)]
    count, length = BLOCKS[size, level]
    blocks = [words[number : count * length : count] for number in range(count)]
    return _decoded("".join(f"{word:08b}" for block in blocks for word in block))


def _path(size: int) -> Iterator[tuple[int, int]]:
    """Yield the places in the order of the bits: columns in pairs from the right, up and down in turn."""
    upward = True
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        for row in range(size - 1, -1, -1) if upward else range(size):
            yield row, right
            yield row, right - 1
        upward = not upward


def _is_pattern(row: int, column: int, size: int) -> bool:
    """Return whether a module is no data: a finder with the format beside it, timing, or alignment."""
    finders = (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9)
    centre = size - 7
    aligned = abs(row - centre) <= 2 and abs(column - centre) <= 2
    return finders or aligned or 6 in {row, column}


def _decoded(bits: str) -> str:
    text, at = "", 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2)

    while at + 4 <= len(bits) and (mode := take(4)):
        if mode == 0b0100:
            text += bytes(take(8) for _ in range(take(8))).decode("ascii")
        else:
            assert mode == 0b0010
            count = take(9)
            for _ in range(count // 2):
                text += "".join(LETTERS[part] for part in divmod(take(11), 45))
            text += LETTERS[take(6)] if count % 2 else ""
    return text
