"""Python runs this file by itself at the start of every process that has its folder on PYTHONPATH.

It writes to the file named in $CNNVIZ_WATCH every attempt to reach another machine (connections, datagrams, name
look-ups) and refuses it, and every socket that other machines could reach. Python reports these by audit events
(PEP 578) before they happen, so nothing leaves the machine even when a test makes an attempt on purpose.
"""

import ipaddress
import os
import sys

LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
# These carry an address: text for a socket file, None for a socket that is connected already.
ADDRESSED = ("socket.bind", "socket.connect", "socket.sendto", "socket.sendmsg")


def here(host):
    """Whether `host` means this machine and no other; an empty one means every address it has."""
    if host is None or host in ("localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def watch(event, args):
    if event in LOOK_UPS:
        host = args[0]
    elif event in ADDRESSED and isinstance(args[1], tuple) and isinstance(args[1][0], str):
        host = args[1][0]
    else:
        return
    if not here(host):
        with open(os.environ["CNNVIZ_WATCH"], "a", encoding="utf-8") as file:
            file.write(f"{event} {host}\n")
        if event != "socket.bind":
            raise ConnectionRefusedError(f"the tests refuse {event} {host}")


sys.addaudithook(watch)
