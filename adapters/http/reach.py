"""Which addresses may be dialled for somebody else's sake.

An address that comes from chat, or from a redirect, could point into the network Tocsin runs in: at a router, a
database, a cloud's metadata service. So a name is looked up once, every address it has is judged, and exactly those
addresses are dialled: a name that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from bot.errors import BadSettings, FetchLater, FetchRefused

#: Name and port to the addresses it has, as text. Raises OSError when it has none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

Address = IPv4Address | IPv6Address

#: Public by its number, private by its use: Azure's platform service, reachable from every machine there
#: (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16, read 2026-11).
_PLATFORM = frozenset({ip_address("168.63.129.16")})
#: Ranges whose last 32 bits are an IPv4 address: translated (RFC 6052) and "compatible" (RFC 4291, 2.5.5.1).
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
#: Protocol assignments (RFC 6890; one cloud's metadata is in it), local-use translation (RFC 8215), documentation
#: (RFC 9637) and site-local (RFC 3879): not in `is_global` of every Python we run on.
_LOCAL = tuple(map(ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "fec0::/10")))
#: Where web servers listen. Other ports are other services, and a request to them from a stranger is a probe.
_PORTS = frozenset({80, 443, *range(8000, 9000)})


async def lookup(host: str, port: int) -> Sequence[str]:
    """The system's own answer."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public(address: Address) -> bool:
    """Whether an address is out on the internet, and so is every IPv4 address that hides in it."""
    inner = embedded(address)
    if inner is not None:
        return public(inner)
    if address in _PLATFORM or any(address in network for network in _LOCAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if it is one of the forms that do."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class Reach:
    """Judges hosts. `opened` are networks that an operator lets strangers' addresses reach all the same."""

    def __init__(self, *, opened: Collection[str] = (), resolve: Resolve = lookup) -> None:
        try:
            self._opened = tuple(ip_network(network) for network in opened)
        except ValueError as error:
            raise BadSettings(f"opened network: {error}; write it as 10.20.0.0/16") from error
        self._resolve = resolve

    async def addresses(self, host: str, port: int, *, name: str, any_port: bool = False) -> Sequence[str]:
        """The addresses to dial. Raises FetchRefused when one of them is private or the port is no web server's,

        and FetchLater when the name has no address for now. `name` is the address as it may be shown.
        """
        found = [(text, ip_address(text)) for text in await self._find(host, port, name)]
        for _, address in found:
            if self._is_opened(address):
                continue
            if not public(address):
                raise FetchRefused(
                    f"{name}: leads to the private address {address}, which addresses from chat or from a redirect "
                    f"may not reach; set TOCSIN_ALLOW_PRIVATE=true if it is yours"
                )
            if port not in _PORTS and not any_port:
                raise FetchRefused(
                    f"{name}: port {port} is not one where web servers listen (80, 443, 8000 to 8999); "
                    f"put the address in the settings if it is right"
                )
        return [text for text, _ in found]

    async def inside(self, host: str, port: int) -> bool:
        """Whether a host stands in a private network already: a company's own mirror, whose redirects stay there."""
        try:
            found = await self._resolve(host, port)
            return any(not public(ip_address(text)) for text in found)
        except (OSError, ValueError, UnicodeError):
            return False

    async def _find(self, host: str, port: int, name: str) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error  # without its number, which tells nobody anything
            raise FetchLater(f"{name}: the name {host} has no address ({why}); tried again later") from error
        if not found:
            raise FetchLater(f"{name}: the name {host} has no address; tried again later")
        return found

    def _is_opened(self, address: Address) -> bool:
        inner = embedded(address) or address
        return any(address in network or inner in network for network in self._opened)
