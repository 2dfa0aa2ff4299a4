"""AWS, through botocore: nothing outside this room imports it, and nothing here before it is needed."""
