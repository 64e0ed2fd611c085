"""Discord: `app` listens, `post` says, `draw` turns cards into embeds. Nothing here decides what is said."""
