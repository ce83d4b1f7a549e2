"""WHERE a run happens: in a child process, started by name, that answers through a journal.

The server never runs a snippet itself and never imports the recorder.
"""

from app.sandbox.runner import Recorded, Refused, Runner

__all__ = ["Recorded", "Refused", "Runner"]
