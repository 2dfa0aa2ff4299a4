"""What was asked, and what the AWS files say about it."""
