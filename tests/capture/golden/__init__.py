"""Golden traces: real snippets, and beside each the steps that are its true recording.

A `.steps` file was read by eye before it was committed. `python -m tests.capture.golden` writes
them anew; then the difference is what has to be read.
"""
