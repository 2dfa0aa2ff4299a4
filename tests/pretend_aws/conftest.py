"""What tests of the pretend AWS share."""

from pretend_world import alice, aws, boto_session, client, direct, identity_center, world

__all__ = ["alice", "aws", "boto_session", "client", "direct", "identity_center", "world"]
