"""The commands, one module or package for each, and what several of them share."""
