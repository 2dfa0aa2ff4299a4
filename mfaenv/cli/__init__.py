"""The command line that people type: the typer application, help and Tab, all from the catalog."""
