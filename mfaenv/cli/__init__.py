"""The typer application and its help, from the catalog."""
