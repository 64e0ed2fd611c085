"""What a story says, as far as it can be read from its own text, in any language."""

from __future__ import annotations

from bot.stories.analysis import analyse
from bot.stories.events import Told, blocks, find_event, same_event

__all__ = ["Told", "analyse", "blocks", "find_event", "same_event"]
