"""What shells, prompts and SDKs start: it prints a stored session, or declines."""
