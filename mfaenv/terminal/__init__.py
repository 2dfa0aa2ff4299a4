"""The terminal that the user sits at: questions, tables, signals, programs in the foreground."""
