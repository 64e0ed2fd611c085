"""Slack: alerts as messages, commands as slash commands, a press of a button as a typed command.

`draw` says what a card looks like, `post` sends, finds and edits messages, `app` answers people, `manifest` is what an
administrator pastes to install it. No decision is made here: what is said comes from a `Card`, what is answered from
the `Desk`. The only package that imports slack_bolt and slack_sdk.
"""
