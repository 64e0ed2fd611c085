"""Files: what people send into a form, and what goes along with an answer.

Up: files.getUploadURLExternal, the bytes, files.completeUploadExternal
(https://docs.slack.dev/messaging/working-with-files#upload, read 2026-11). Down: files.info says where a file is, which
also holds for those shared from another workspace; it is fetched with the bot's token.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import ClientError, ClientResponseError
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.draw import cut
from adapters.slack.line import Elsewhere, Line, TooLarge
from adapters.slack.trouble import advice
from adapters.slack.words import say
from bot.errors import TellPerson
from bot.model import Attachment

#: Bytes of one file. Ten thousand names are under one megabyte as CSV and as XLSX.
CAP = 10_000_000
# https://docs.slack.dev/reference/methods/files.getUploadURLExternal, `alt_txt` (read 2026-11)
ALT = 1000
TROUBLES = (SlackApiError, SlackRequestError, ClientError, TimeoutError)


async def received(line: Line, team: str, id: str, language: str) -> Attachment:
    """A file somebody sent. Raises TellPerson with what to do, in their language, when it cannot be had."""
    client, most = await line.web(team), CAP // 1_000_000
    try:
        told = (await client.files_info(file=id)).get("file") or {}
        name, size = str(told.get("name") or "file"), int(told.get("size") or 0)
        if size > CAP:
            raise TellPerson(say(language, "file_too_large", name=name[:80], most=most))
        url = str(told.get("url_private_download") or told.get("url_private") or "")
        body = await line.download(url, client.token or "", cap=CAP)
    except SlackApiError as error:
        raise TellPerson(say(language, "file_not_given", why=advice(error))) from error
    except Elsewhere as error:
        raise TellPerson(say(language, "file_elsewhere")) from error
    except TooLarge as error:
        raise TellPerson(say(language, "file_too_large", name=name[:80], most=most)) from error
    except (ClientError, TimeoutError) as error:
        raise TellPerson(say(language, "file_not_given", why=_why(error))) from error
    return Attachment(name=name, body=body, type=str(told.get("mimetype") or "application/octet-stream"))


def _why(error: Exception) -> str:
    return f"status {error.status}" if isinstance(error, ClientResponseError) else type(error).__name__


async def sent(client: AsyncWebClient, channel: str, files: Sequence[Attachment]) -> str:
    """Put files into a channel or a conversation; what kept them away, or nothing."""
    uploads = [
        {"filename": one.name, "title": one.name, "content": one.body, "alt_txt": cut(one.alt, ALT) or None}
        for one in files
    ]
    try:
        await client.files_upload_v2(channel=channel, file_uploads=uploads)
    except SlackApiError as error:
        return advice(error)
    except TROUBLES as error:
        return f"{type(error).__name__}; next: ask again"
    return ""
