"""What takes long to load: packages of others, and modules of the standard library."""

HEAVY = {"boto3", "botocore", "click", "keyring", "pydantic", "rich", "segno", "shellingham", "typer"}
SLOW = {
    "__future__",
    "argparse",
    "configparser",
    "dataclasses",
    "json",
    "logging",
    "pathlib",
    "re",
    "subprocess",
    "typing",
}
