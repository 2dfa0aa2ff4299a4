"""Windows that ask for a code: a small file for each program that opens one, and a table of them."""
