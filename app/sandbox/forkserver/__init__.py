"""The fork server: a process with the recorder imported, which forks a confined child for each run.

It is started by name, and the only part of `app.sandbox` that imports the recorder: nothing here
is ever loaded by the server, whose memory holds what no snippet may see.
"""
