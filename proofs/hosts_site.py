"""Serves pages on every address 127.x.y.z, for politeness.sh: hosts_site.py PORT LOG FAULTS

A line of the log is "name address arrived ended what": the name that was asked for, where it was asked, and two times
in seconds. A request ends with its answer, or when who asked hangs up. When one arrived is told by the kernel, which
stamps what a socket receives, so it does not matter when this process is given the processor. While the file FAULTS
is there a fifth of the hosts is faulty, another fifth every ten seconds: each of them either answers 500, hangs up,
or is silent. A tenth of the hosts thinks for longer than the second between two requests, so that two are under way.
"""

import heapq
import os
import re
import selectors
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<h1>ok</h1>\n"
ERROR = b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"
NONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
ANSWER_SECONDS, THOUGHTFUL_SECONDS, SILENT_SECONDS, TURN_SECONDS, FIFTHS = 0.02, 1.3, 3, 10, 5

port, log_file, faults = int(sys.argv[1]), sys.argv[2], sys.argv[3]
log = open(log_file, "w", encoding="ascii")
waiting = selectors.EpollSelector()
gone = {}  # connection: when its other side hung up
later = []  # (when, number, connection, "name address", arrived, answer, what)
number = 0


def place_of(address):
    third, fourth = (int(part) for part in address.split(".")[2:])
    return third * 250 + fourth


def fault_of(place):
    if place % FIFTHS != int(time.time() / TURN_SECONDS) % FIFTHS or not os.path.exists(faults):
        return "ok"
    return ("error", "closed", "silent")[place // FIFTHS % 3]


def receive(connection):
    global number
    try:
        data, extra, _, _ = connection.recvmsg(65536, 64)
    except OSError:
        data, extra = b"", []
    if not data:
        waiting.unregister(connection)
        gone[connection] = time.time()
        if not any(entry[2] is connection for entry in later):
            close(connection)
        return
    arrived = time.time()
    for level, kind, stamp in extra:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanos = struct.unpack("qq", stamp)
            arrived = seconds + nanos / 1e9
    address = connection.getsockname()[0]
    asked = re.search(rb"\r\nHost: ([^\r:]+)", data, re.IGNORECASE)
    place = place_of(address)
    host = "%s %s" % (asked.group(1).decode("ascii") if asked else "?", address)
    if data.split(b" ", 2)[1] == b"/robots.txt":
        answer, what = NONE, "robots"
    else:
        what = fault_of(place)
        answer = {"ok": PAGE, "error": ERROR}.get(what, b"")
    after = THOUGHTFUL_SECONDS if place % 10 == 7 else ANSWER_SECONDS
    if what == "silent":
        after = SILENT_SECONDS
    number += 1
    heapq.heappush(later, (arrived + after, number, connection, host, arrived, answer, what))


def close(connection):
    del gone[connection]
    connection.close()


def answer_next():
    _, _, connection, host, arrived, answer, what = heapq.heappop(later)
    log.write("%s %.6f %.6f %s\n" % (host, arrived, gone.get(connection, time.time()), what))
    if connection in gone:
        close(connection)
        return
    try:
        if answer:
            connection.sendall(answer)
        else:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # whoever asked has gone


def main():
    server = socket.create_server(("0.0.0.0", port), backlog=1024)
    waiting.register(server, selectors.EVENT_READ)
    flushed = time.time()
    while True:
        now = time.time()
        if now - flushed > 0.5:
            log.flush()
            flushed = now
        while later and later[0][0] <= now:
            answer_next()
        for key, _ in waiting.select(max(0, min(0.5, later[0][0] - now)) if later else 0.5):
            if key.fileobj is server:
                connection, _ = server.accept()
                connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting.register(connection, selectors.EVENT_READ)
            else:
                receive(key.fileobj)


main()
