"""Bytes to rows: what is read, what is refused unread, and which contract a file's columns are of."""
