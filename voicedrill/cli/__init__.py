"""The command line: Typer commands, one file per group; `wiring.py` alone builds the real adapters."""
