"""The commands, one module or package for each, and what several of them share.

credential_server, exec_environment, notice and output_target are no commands.
"""
