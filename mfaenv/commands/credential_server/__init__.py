"""An address on loopback where a program fetches credentials, again and again.

`renewal` keeps them fresh, `server` hands them out, `reminder` announces the end of the session, and `files`
takes out of the AWS files what programs would prefer to the address.
"""
