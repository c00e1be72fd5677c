"""Inspect an untrusted file in a separate process, with limits on memory, time, files and network.

`process` is the parent's part: it starts the child, waits for it, and reads a short verdict. Everything that parses
files (`file_types`, `pdf`, `office`, `images`) runs only in the child and imports nothing from Django. `refusals` has
the sentences for users.
"""
