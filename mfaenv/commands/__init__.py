"""The commands, one module or package for each, and what several of them share.

credential_server, notice, own_files, serve, startup and target are no commands.
"""
