"""Tocsin, the program: reads lists and feeds, finds the companies people watch, and says so in chat.

Read `model` first (the nouns), then `watch` (the walk from poll to outbox) and `deliver` (from outbox to post).
"""

__version__ = "0.1.0"
