"""Inspect an untrusted file in a separate process, with limits on memory, time, files and network.

`process` runs in the parent. It starts the child, waits for it, and reads a short verdict. All modules that parse files
(`file_types`, `pdf`, `office`, `images`) run only in the child, and import nothing from Django. `refusals` contains the
sentences that users read.
"""
