"""The command line that people type: the typer application, help, the manual page and Tab, all from the catalog."""
