"""Attacks on the network: every way to a socket, by Python's names, beneath them, and by the kernel's."""

from typing import Final

from tests.sandbox.hostile.snippets import Hostile, refused, refused_calls

_FAMILIES: Final = "inet inet6 unix netlink packet vsock bluetooth can alg rds tipc xdp mctp nfc"
_CALLS: Final = "bind connect listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg shutdown"

SNIPPETS: Final = (
    Hostile(
        "a socket by the module that everybody uses",
        """
import socket
for what in (
    lambda: socket.socket(),
    lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    lambda: socket.create_connection(("127.0.0.1", 1)),
    lambda: socket.create_server(("127.0.0.1", 0)),
    lambda: socket.socketpair(),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.fromfd(2, socket.AF_UNIX, socket.SOCK_STREAM),
):
    tried("socket", what)
""",
        prints=(
            "socket refused socket.socket() needs a network, and the sandbox has none\n" * 2
            + "socket refused socket.getaddrinfo() needs a network, and the sandbox has none\n"
            + "socket refused socket.socket() needs a network, and the sandbox has none\n"
            + "socket refused socket.socketpair() needs a network, and the sandbox has none\n"
            + "socket refused socket.getaddrinfo() needs a network, and the sandbox has none\n"
            + "socket refused socket.socket() needs a network, and the sandbox has none\n"
        ),
    ),
    Hostile(
        "a socket of every family by the module beneath",
        f"""
import _socket
numbers = (2, 10, 1, 16, 17, 40, 31, 29, 38, 21, 30, 44, 45, 39)
for name, family in zip({_FAMILIES!r}.split(), numbers, strict=True):
    for kind in (_socket.SOCK_STREAM, _socket.SOCK_DGRAM, _socket.SOCK_RAW, _socket.SOCK_SEQPACKET):
        tried(name, lambda: _socket.socket(family, kind))
""",
        prints="".join(refused([family] * 4) for family in _FAMILIES.split()),
    ),
    Hostile(
        "a socket of every family there may be, by its number",
        """
refusals = set()
for family in range(60):
    for kind in range(11):
        try:
            print("GOT", kernel(NUMBERS["socket"], family, kind, 0))
        except OSError as error:
            refusals.add(errno.errorcode[error.errno])
print(refusals)
""",
        prints="{'EPERM'}\n",
    ),
    Hostile(
        "a pair of sockets, of streams and of datagrams",
        """
import _socket
for kind in (_socket.SOCK_STREAM, _socket.SOCK_DGRAM, _socket.SOCK_SEQPACKET):
    tried("beneath", lambda: _socket.socketpair(_socket.AF_UNIX, kind))
    ends = (ctypes.c_int * 2)()
    asked("socketpair", 1, int(kind), 0, ctypes.addressof(ends))
""",
        prints="beneath refused EPERM\nsocketpair refused EPERM\n" * 3,
    ),
    Hostile(
        "an abstract socket of unix, whose name no file system keeps",
        """
import _socket
def bound():
    one = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
    one.bind("\\0" + MARK)
tried("abstract", bound)
""",
        prints=refused("abstract"),
    ),
    Hostile(
        "what is done with a socket, on descriptors that are there and that are not",
        f"""
import struct
address = struct.pack("=H14s", 2, b"\\x00\\x35\\x7f\\x00\\x00\\x01")
held = ctypes.create_string_buffer(address)
for descriptor in (0, 1, 2, 3, 63):
    each({_CALLS!r}, descriptor, ctypes.addressof(held), 16, 0, ctypes.addressof(held), 16)
""",
        prints=refused_calls(_CALLS) * 5,
    ),
    Hostile(
        "sendto with an address, which needs no connection",
        """
held = ctypes.create_string_buffer(b"\\x02\\x00\\x00\\x35\\x7f\\x00\\x00\\x01", 16)
for descriptor in range(64):
    try:
        kernel(NUMBERS["sendto"], descriptor, ctypes.addressof(held), 1, 0, ctypes.addressof(held), 16)
        print("SENT")
    except OSError as error:
        assert error.errno == errno.EPERM, error
""",
    ),
    Hostile(
        "names are looked up by the library of C, beneath Python",
        """
import _socket
try:
    print(_socket.getaddrinfo("yieldscope.invalid", 80))
except OSError as error:
    print(type(error).__name__)
print(libc.gethostbyname(b"yieldscope.invalid"))
""",
        prints="gaierror\n0\n",
    ),
    Hostile(
        "connections by asyncio, http and urllib",
        """
import asyncio, http.client, urllib.request
async def connected():
    await asyncio.open_connection("127.0.0.1", 1)
async def served():
    await asyncio.start_server(print, "127.0.0.1", 0)
async def sent():
    await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("127.0.0.1", 1))
for what in (connected, served, sent):
    tried(what.__name__, lambda: asyncio.run(what()))
tried("http", lambda: http.client.HTTPConnection("127.0.0.1", 1).request("GET", "/"))
tried("urllib", lambda: urllib.request.urlopen("http://127.0.0.1:1/"))
""",
        prints=(
            "connected refused loop.create_connection() needs a network, and the sandbox has none\n"
            "served refused loop.create_server() needs a network, and the sandbox has none\n"
            "sent refused loop.create_datagram_endpoint() needs a network, and the sandbox has none\n"
            "http refused socket.getaddrinfo() needs a network, and the sandbox has none\n"
            "urllib refused <urlopen error socket.getaddrinfo() needs a network, and the sandbox has none>\n"
        ),
    ),
    Hostile(
        "a loop of asyncio's own making, whose pipe to itself is a socket",
        """
import asyncio.selector_events, selectors
tried("loop", asyncio.selector_events.BaseSelectorEventLoop)
tried("epoll", selectors.EpollSelector)
""",
        prints="loop refused EPERM\nepoll refused EPERM\n",
    ),
    Hostile(
        "Python's own functions are put back in the place of those that refuse",
        """
import socket, _socket
del socket.socket.__init__
tried("deleted", socket.socket)
socket.socket.__init__ = _socket.socket.__init__
tried("replaced", socket.socket)
tried("beneath", lambda: _socket.socket.__init__(_socket.socket.__new__(_socket.socket), 2, 1))
""",
        prints=refused("deleted replaced beneath"),
    ),
    Hostile(
        "message queues, of POSIX and of System V, and what else two processes talk by",
        """
held = ctypes.create_string_buffer(b"/" + MARK.encode())
asked("mq_open", ctypes.addressof(held), os.O_CREAT | os.O_RDWR, 0o666, 0)
asked("mq_unlink", ctypes.addressof(held))
asked("msgget", 0, 0o1666)
asked("semget", 0, 1, 0o1666)
asked("shmget", 0, 4096, 0o1666)
asked("eventfd2", 0, 0)
asked("msgsnd", 0, 0, 0, 0)
asked("semop", 0, 0, 0)
asked("shmat", 0, 0, 0)
""",
        prints=refused_calls("mq_open mq_unlink msgget semget shmget eventfd2 msgsnd semop shmat"),
    ),
)
