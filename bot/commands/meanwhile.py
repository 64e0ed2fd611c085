"""How far a long command is, shown by a chat until its answer is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.logs import log

#: Seconds between two looks at whether there is something new to show. An answer that comes sooner comes alone.
EVERY = 2.0
#: Seconds that one showing may take before the chat is left in peace: the answer waits for it, so that it comes last.
PATIENCE = 5.0


@dataclass
class Meanwhile:
    """Takes a command's word on how far it is (`Request.progress`), and has the last one shown now and then."""

    line: str = ""  #: the last word; a command sets it from any thread

    def __call__(self, line: str) -> None:
        self.line = line

    async def show(self, work: asyncio.Future[Any], tell: Callable[[str], Awaitable[object]]) -> None:
        """Tell what is new until the work is done. A chat that does not take it is not asked again, and nobody hears

        of it: the answer itself still comes.
        """
        told = ""
        while not (await asyncio.wait({work}, timeout=EVERY))[0]:
            if self.line != told:
                told = self.line
                try:
                    async with asyncio.timeout(PATIENCE):
                        await tell(told)
                except Exception as trouble:  # whatever a chat's library raises
                    log.debug("progress_not_shown", trouble=type(trouble).__name__)
                    return
