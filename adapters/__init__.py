"""The outside world: lists, news, stores, chats. Each speaks one protocol of `bot.ports`; none knows another."""
