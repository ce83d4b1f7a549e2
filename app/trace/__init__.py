"""WHAT a trace is: the document, its steps, its encoding, and the sentence for a step.

Imports the standard library only: it is shared by the confined child that writes traces, the
server that keeps them, and the command line that prints them.
"""

from app.trace.document import Actor, Outcome, Output, Step, Trace, TraceError

__all__ = ["Actor", "Outcome", "Output", "Step", "Trace", "TraceError"]
