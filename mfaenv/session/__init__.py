"""A request to a session: stored, or fetched for a code."""
