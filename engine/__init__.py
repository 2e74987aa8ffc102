"""The engine: rules as data in, decisions with reasons out. It knows no law."""

__version__ = "0.1.0"
