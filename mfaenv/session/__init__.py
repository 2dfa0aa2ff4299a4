"""A request to a session: stored, or fetched for a code. .github/CONTRIBUTING.md tells of the steps and the locks."""
