"""Inspect a stranger's file in a process of its own, which has little memory, little time, and no way out.

`process` is our side: it starts the child, waits, and reads a small verdict. Everything that parses (`file_types`,
`pdf`, `office`, `images`) runs in the child alone and imports nothing of Django. `refusals` has the sentences.
"""
