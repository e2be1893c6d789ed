"""One narrow interface to objects, a directory behind it or a bucket."""
