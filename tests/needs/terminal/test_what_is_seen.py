"""What the other tests of terminals take for seen, while a program is still writing it."""

from pathlib import Path

from product import Product
from terminals import Window


def test_a_line_that_is_still_being_written_is_not_seen_yet(bare: Product, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = f"printf 'begun status=1'; until [ -e {go} ]; do sleep 0.05; done; echo 30"
    with Window(("sh", "-c", script), bare.env, tmp_path) as window:
        window.see("begun ")
        go.touch()
        assert window.see(r"status=\d+$") == "status=130"
