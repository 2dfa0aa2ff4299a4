"""AWS, through botocore: no other package imports it, and it is imported only when it is needed."""
