"""A `credential_process` that leads back to itself, through processes."""

import sys

import pytest
from product import Product


def with_process(
    product: Product, base: str = "default", name: str = "tool", program: str = f"{sys.executable} -m mfaenv"
) -> None:
    command = f"{program} process -p {base}"
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write(f"[profile {name}]\nregion = us-east-1\ncredential_process = {command}\n")


@pytest.mark.parametrize("circle", [("tool",), ("tool", "other"), ("tool", "other", "third")])
def test_a_process_that_leads_back_to_itself_is_an_error(product: Product, circle: tuple[str, ...]) -> None:
    for name, following in zip(circle, (*circle[1:], circle[0]), strict=True):
        with_process(product, following, name)
    done = product.run("-p", "tool", "-f", "json")
    assert (done.status, done.out) == (1, "")
    wrong = f"The credential_process of profile 'tool' leads back to itself: {' → '.join((*circle, 'tool'))}."
    assert done.err.splitlines()[0] == f"mfaenv: {wrong}"


@pytest.mark.parametrize("circle", [("tool",), ("tool", "other"), ("tool", "other", "third")])
def test_a_circle_of_our_own_processes_is_shown_from_its_first_profile(
    product: Product, circle: tuple[str, ...]
) -> None:
    for name, following in zip(circle, (*circle[1:], circle[0]), strict=True):
        with_process(product, following, name, "mfaenv")
    done = product.run("-p", "tool", "-f", "json")
    assert (done.status, done.out) == (1, "")
    assert (
        done.err.splitlines()[0] == f"mfaenv: The profiles lead in a circle: {' → '.join((*circle, 'tool'))}."
    )


def test_the_roles_on_the_way_are_in_the_circle(product: Product) -> None:
    with_process(product, "middle")
    with open(product.env["AWS_CONFIG_FILE"], "a", encoding="utf-8") as file:
        file.write(
            "[profile middle]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/Developer\n"
            "source_profile = tool\n"
        )
    done = product.run("-p", "tool", "-f", "json")
    assert (done.status, done.out) == (1, "")
    assert "tool → middle → tool" in done.err
    assert "middle → tool → middle" in product.run("-p", "middle", "-f", "json").err
