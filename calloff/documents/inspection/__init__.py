"""Inspect an untrusted file in a separate process, with limits on memory, time, files and network.

`process` runs in the parent: it starts the child, waits for it, and reads a short verdict. Everything that parses files
(`file_types`, `pdf`, `office`, `images`) runs only in the child, and imports nothing from Django. `refusals` contains
the sentences that users read.
"""
