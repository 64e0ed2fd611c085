"""Discord: `app` listens, `post` says, `draw` turns cards into embeds. Nothing here decides what is said."""

from __future__ import annotations

from bot.chats import Premises
from bot.ports import Chat


def chat(premises: Premises) -> Chat | None:
    """Discord, where DISCORD_TOKEN is set."""
    token = premises.setting("DISCORD_TOKEN")
    if not token:
        return None
    from adapters.discord.post import DiscordChat  # a token is there: only then is its library read

    return DiscordChat(
        token,
        api_url=premises.setting("DISCORD_API_URL"),
        gateway_url=premises.setting("DISCORD_GATEWAY_URL"),
        sync_guild=premises.setting("DISCORD_SYNC_GUILD"),
        shards=premises.setting("DISCORD_SHARDS"),
        tree_file=premises.home / "discord-commands.json",
        places=premises.places,
        now=premises.clock.now,
    )
