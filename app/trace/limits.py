"""How much one run may take before it is cut: read by the settings, kept by the recording child."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """A run that reaches a limit is cut there; its trace is whole up to its last step."""

    source_bytes: int = 64 * 1024
    cpu_seconds: int = 5
    wall_seconds: float = 10.0
    memory_mib: int = 256
    threads: int = 64
    descriptors: int = 64
    steps: int = 100_000
    output_bytes: int = 1024 * 1024
    ledger_bytes: int = 16 * 1024 * 1024
    """Room for the names of actors, the texts of values and the output, as written in a journal."""
