"""AWS, through botocore: no other package imports it."""
