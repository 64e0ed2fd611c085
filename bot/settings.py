"""What an installation may set: the environment, or a `.env` file beside the program.

Every setting has a sentence and a default here; `.env.example` and docs/settings.md are made from them and checked by a
test. A value that cannot work raises BadSettings with the setting's name and an example that does.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from secrets import token_bytes

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from bot.data import shelf
from bot.errors import BadSettings
from bot.model import Place

#: How OpenSanctions names its data sets: "ch_seco_sanctions", "un_1718_vessels" (seen 2026-11).
_DATA_SET = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
#: Bytes of one key, https://github.com/fernet/spec (read 2026-11).
KEY = 32


class Settings(BaseSettings):
    """All settings. Names are upper case in the environment."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    tocsin_home: Path = Field(
        default=Path("~/.tocsin"),
        description="Where Tocsin keeps what it knows when REDIS_URL is not set.",
        examples=["/var/lib/tocsin"],
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="Share one store between several processes or machines. Needs Redis 7 with appendonly yes.",
        examples=["redis://localhost:6379/0"],
    )
    tocsin_redis_trust: bool = Field(
        default=False,
        description="Believe that a managed Redis keeps what it acknowledges when it does not let us look.",
        examples=["true"],
    )
    tocsin_sources: str = Field(
        default="",
        description=(
            "Ids of the sources to poll, separated by commas; empty polls all but the opt-in ones. "
            "Your own feeds always are."
        ),
        examples=["us_ofac_sdn,us_csl,us_dod_cmc"],
    )
    tocsin_opensanctions: str = Field(
        default="",
        description=(
            "Data sets of OpenSanctions to poll besides, separated by commas, each a list of its own called "
            "opensanctions.NAME. Naming one accepts its licence: CC BY-NC 4.0, and commercial use needs a licence of "
            "theirs (https://www.opensanctions.org/licensing/). The names are at https://www.opensanctions.org/datasets/."
        ),
        examples=["ch_seco_sanctions,jp_meti_eul"],
    )
    tocsin_mirror: str = Field(
        default="",
        description="Fetch every official list from here instead of its publisher; {source} becomes its id.",
        examples=["http://mirror.example/{source}"],
    )
    tocsin_feeds: str = Field(
        default="",
        description="Path of a feeds.toml to use instead of the feeds that come with Tocsin; 'none' for no feeds.",
        examples=["/etc/tocsin/feeds.toml"],
    )
    tocsin_every: float = Field(
        default=0,
        ge=0,
        description="Seconds between two polls of any source; overrides all intervals. 0 lets each source decide.",
        examples=["600"],
    )
    tocsin_operators: str = Field(
        default="console:",
        description="The place that hears of trouble with sources and deliveries. When it is a channel, sources are "
        "accepted and feeds added there only.",
        examples=["console:"],
    )
    tocsin_language: str = Field(
        default="en", description="Language of cards in the console and for operators: en or fr.", examples=["fr"]
    )
    tocsin_contact: str = Field(
        default="https://github.com/tocsin-bot/tocsin",
        description="An address of yours in the User-Agent, so that a publisher can reach you instead of blocking you.",
        examples=["compliance@example.com"],
    )
    tocsin_proxy: str = Field(
        default="", description="HTTP proxy for fetching lists and feeds.", examples=["http://proxy.example:3128"]
    )
    tocsin_allow_private: bool = Field(
        default=False,
        description="Let feeds that people add reach private addresses (an intranet). Off, they are refused.",
        examples=["true"],
    )
    tocsin_log: str = Field(
        default="WARNING", description="Least level of events on standard error.", examples=["INFO"]
    )
    tocsin_log_json: bool = Field(default=False, description="Write events as JSON, one a line.", examples=["true"])

    slack_bot_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bot token of the Slack app. With it, alerts go to Slack; docs/slack.md says how to get it.",
        examples=["xoxb-..."],
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""),
        description="App-level token of the Slack app; with it commands come by Socket Mode, without a public address.",
        examples=["xapp-..."],
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signing secret of the Slack app; tocsin slack --http PORT tells forged requests by it.",
        examples=["8f742231b10e8888abcd99yyyzzz85a5"],
    )
    slack_client_id: str = Field(
        default="",
        description=(
            "Client ID of the Slack app, to let many workspaces install it by tocsin slack --http PORT; "
            "instead of SLACK_BOT_TOKEN."
        ),
        examples=["123456789012.1234567890123"],
    )
    slack_client_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Client secret of the Slack app; belongs to SLACK_CLIENT_ID.",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    tocsin_key: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "Seals the tokens of installed workspaces in the store; make one with: tocsin key. A new key goes before "
            "the old one, separated by a comma."
        ),
        examples=["mZ8Xo0n8m7q5n3Qm1lV2b9W0c3D4e5F6g7H8i9J0k1L="],
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Base address of Slack's Web API; another one for a proxy of your own or for tests.",
        examples=["http://127.0.0.1:8888/api/"],
    )

    @field_validator("slack_api_url")
    @classmethod
    def _slack_is_an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://, for example https://slack.com/api/")
        return value

    discord_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bot token of the Discord application. With it, alerts go to Discord; docs/discord.md says how.",
        examples=["MTIz..."],
    )
    discord_api_url: str = Field(
        default="https://discord.com/api/v10",
        description="Base address of Discord's REST API; another one for a proxy of your own or for tests.",
        examples=["http://127.0.0.1:8888/api/v10"],
    )
    discord_gateway_url: str = Field(
        default="wss://gateway.discord.gg/",
        description="Address of Discord's gateway; another one for a proxy of your own or for tests.",
        examples=["ws://127.0.0.1:8888/gateway"],
    )
    discord_sync_guild: str = Field(
        default="",
        description="Id of one server that alone gets the slash commands, at once; for trying things out.",
        examples=["81384788765712384"],
    )
    discord_shards: str = Field(
        default="",
        description="Which shards of how many this process serves, or auto; needed only with thousands of servers.",
        examples=["0,1/4"],
    )

    @field_validator("discord_api_url", "discord_gateway_url")
    @classmethod
    def _discord_is_an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://", "wss://", "ws://")):
            raise ValueError("must begin with https:// or wss:// (http:// and ws:// for tests)")
        return value

    @field_validator("discord_sync_guild")
    @classmethod
    def _guild_is_an_id(cls, value: str) -> str:
        if value and not value.isdecimal():
            raise ValueError("must be the id of a server, for example 81384788765712384")
        return value

    @field_validator("tocsin_language")
    @classmethod
    def _language_is_spoken(cls, value: str) -> str:
        if value not in shelf("words"):
            raise ValueError(f"must be {' or '.join(shelf('words'))}")
        return value

    @field_validator("tocsin_mirror")
    @classmethod
    def _mirror_names_the_source(cls, value: str) -> str:
        if value and "{source}" not in value:
            raise ValueError("must contain {source}, for example http://mirror.example/{source}")
        return value

    @field_validator("tocsin_opensanctions")
    @classmethod
    def _data_sets_are_names(cls, value: str) -> str:
        if wrong := [name for name in _parts(value) if not _DATA_SET.fullmatch(name)]:
            raise ValueError(
                f"{wrong[0][:80]!r} is no name of a data set, which has small letters, digits and _ only; for example "
                "ch_seco_sanctions,jp_meti_eul, as in the addresses at https://www.opensanctions.org/datasets/"
            )
        return value

    @field_validator("tocsin_operators")
    @classmethod
    def _operators_are_a_place(cls, value: str) -> str:
        Place.parse(value)
        return value

    @field_validator("tocsin_log")
    @classmethod
    def _level_is_known(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("tocsin_key")
    @classmethod
    def _keys_are_keys(cls, value: SecretStr) -> SecretStr:
        for key in _parts(value.get_secret_value()):
            try:
                size = len(urlsafe_b64decode(key))
            except ValueError:
                size = 0
            if size != KEY:
                raise ValueError("must be made by: tocsin key; several are separated by commas, the newest first")
        return value

    @property
    def home(self) -> Path:
        return self.tocsin_home.expanduser()

    @property
    def every(self) -> timedelta | None:
        return timedelta(seconds=self.tocsin_every) if self.tocsin_every else None

    @property
    def wanted(self) -> frozenset[str]:
        """Ids of the sources to poll; empty is all."""
        return frozenset(_parts(self.tocsin_sources))

    @property
    def data_sets(self) -> tuple[str, ...]:
        """Names of the data sets of OpenSanctions that are followed, each once."""
        return tuple(dict.fromkeys(_parts(self.tocsin_opensanctions)))

    @property
    def operators(self) -> Place:
        return Place.parse(self.tocsin_operators)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def new_key() -> str:
    """A key for TOCSIN_KEY, as `cryptography.fernet` takes it: 32 random bytes in URL-safe base64."""
    return urlsafe_b64encode(token_bytes(KEY)).decode("ascii")


def load(**over: object) -> Settings:
    """The settings of this process. Raises BadSettings naming the setting, its value and what would work."""
    try:
        return Settings(**over)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [f"{_assignment(one['loc'], one.get('input'))}: {one['msg']}" for one in error.errors()]
        # not `from error`: its own text shows the value, and a value may be a secret
        raise BadSettings("; ".join(problems) + ". See .env.example.") from None


def _assignment(path: tuple[int | str, ...], value: object) -> str:
    """A setting and its value; of a secret one, that it has one."""
    name = ".".join(str(part) for part in path)
    known = Settings.model_fields.get(name.lower())
    return f"{name.upper()}={'***' if known is not None and known.annotation is SecretStr else repr(value)}"


def every_setting(settings: Settings) -> dict[str, str]:
    """All settings by their names in the environment, with those that only a chat on the shelf knows.

    It holds tokens in plain text: it is for handing on, never for showing.
    """
    beside = {name.upper(): value for name, value in DotEnvSettingsSource(Settings)().items() if value}
    ours = {name.upper(): _plain(getattr(settings, name)) for name in Settings.model_fields}
    return {**beside, **os.environ, **ours}


#: How alike a name is to a setting's that is taken for a slip of the pen, where others may have settings of that kind.
_A_SLIP = 0.85


def misspelt() -> dict[str, str]:
    """Names in the environment and in `.env` that look like a setting's and are none, with the setting that was meant.

    Whatever begins with TOCSIN_ is ours; of what begins like a setting of a chat only slips of the pen are.
    """
    ours = [name.upper() for name in Settings.model_fields]
    found: dict[str, str] = {}
    for name in sorted({*os.environ, *(name.upper() for name in DotEnvSettingsSource(Settings).env_vars)} - {*ours}):
        kind = f"{name.partition('_')[0]}_"
        alike = [one for one in ours if one.startswith(kind)]
        if near := get_close_matches(name, alike, n=1, cutoff=0.0 if kind == "TOCSIN_" else _A_SLIP):
            found[name] = near[0]
    return found


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def manual() -> str:
    """The text of `.env.example`: each setting with a sentence, its default, an example."""
    parts = ["# Settings of Tocsin. Copy to .env and uncomment what you change; the environment wins over it.\n"]
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        example = (field.examples or [""])[0]
        parts.append(
            f"# {field.description}\n# Default: {default if default != '' else '(empty)'}\n#{name.upper()}={example}\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    print(manual(), end="")  # noqa: T201 - `python -m bot.settings > .env.example`
