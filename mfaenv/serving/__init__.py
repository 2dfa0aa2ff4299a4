"""One server on loopback, for this user's programs alone: for the console's link, `exec --serve` and the demo."""
