"""Yieldscope shows how Python really runs coroutines. `app.main` wires the parts together."""

__version__ = "0.1.0"
