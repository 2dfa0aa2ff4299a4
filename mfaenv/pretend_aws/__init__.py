"""A pretend AWS on a loopback port, for people without an account and for this project's tests."""
