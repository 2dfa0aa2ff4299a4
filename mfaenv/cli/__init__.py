"""The command line that people type: the typer application and its help, from the catalog."""
