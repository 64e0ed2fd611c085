"""Which addresses a stranger may make us dial."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from adapters.http.reach import Reach, embedded, lookup, public
from bot.errors import FetchLater, FetchRefused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",  # metadata of most clouds
        "100.100.100.200",  # metadata of one cloud, in the carriers' range
        "100.64.0.1",
        "192.0.0.192",  # metadata of another one
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",  # a platform service under a public number
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:a00:1::",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_not_out_on_the_internet(address: str) -> None:
    """Private, local, shared, reserved, multicast, and every IPv6 form that leads to one of them."""
    assert not public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_out_on_the_internet(address: str) -> None:
    """Ordinary hosts, also behind an address translator."""
    assert public(ip_address(address))


def test_what_an_address_embeds() -> None:
    """The old tunnels carry an IPv4 address inside; a plain one carries none."""
    assert embedded(ip_address("2001:0:4136:e378:8000:63bf:3fff:fdd2")) == ip_address("192.0.2.45")
    assert embedded(ip_address("2606:4700::1111")) is None
    assert embedded(ip_address("8.8.8.8")) is None


def says(*addresses: str) -> Reach:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return Reach(opened=["10.20.0.0/16"], resolve=resolve)


async def test_one_private_address_among_public_ones() -> None:
    """A name with both is refused whole: which one would be dialled is chance."""
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.1"):
        await says("93.184.216.34", "10.0.0.1").addresses("mixed.example", 443, name="https://mixed.example/")


async def test_a_network_that_the_operator_opened() -> None:
    """A company's own network may be opened, on any port, also written as IPv6."""
    for address in ("10.20.3.4", "::ffff:10.20.3.4"):
        assert await says(address).addresses("wiki.example", 9999, name="wiki") == [address]


@pytest.mark.parametrize("port", [22, 25, 3306, 6379, 9200, 11211])
async def test_a_port_that_is_no_web_servers(port: int) -> None:
    """A stranger cannot make us talk to a mail server or a database."""
    with pytest.raises(FetchRefused, match=f"port {port} is not one where web servers listen"):
        await says("93.184.216.34").addresses("host.example", port, name="x")


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
async def test_a_port_of_web_servers(port: int) -> None:
    """The usual ones are open."""
    assert await says("93.184.216.34").addresses("host.example", port, name="x") == ["93.184.216.34"]


async def test_a_name_without_addresses() -> None:
    """Nothing found is tried again later."""
    with pytest.raises(FetchLater, match="has no address"):
        await says().addresses("host.example", 80, name="x")
    with pytest.raises(FetchLater, match="has no address"):
        await Reach().addresses("x" * 64 + ".invalid", 80, name="x")


async def test_which_hosts_stand_inside() -> None:
    """A host in a private network is inside; one outside, or unknown, is not."""
    assert await says("10.0.0.1").inside("mirror.example", 80)
    assert not await says("93.184.216.34").inside("host.example", 80)
    assert not await Reach().inside("x" * 64 + ".invalid", 80)


async def test_the_system_knows_this_machine() -> None:
    """The real look-up gives each address once."""
    found = await lookup("127.0.0.1", 80)
    assert found == ["127.0.0.1"]
