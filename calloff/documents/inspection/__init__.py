"""Inspect an untrusted file in a separate process with limits on memory, time, files and network.

`process` is our side: it starts the child, waits, and reads a small verdict. Everything that parses (`file_types`,
`pdf`, `office`, `images`) runs in the child alone and imports nothing of Django. `refusals` has the sentences.
"""
