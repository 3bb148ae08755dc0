"""Trace and spec to one frozen result per command: integers and names, no text."""
