"""Windows that ask for a code: the programs that open one, and which of them is used."""
