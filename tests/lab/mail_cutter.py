# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_cutter - a wire between odzivd and a mail server that can be cut, in the middle of whatever runs over it.

It passes octets on (TLS or not, it doesn't look), and resets the connection that carries the octet it was told to
wait for. Or it is held: octets come in and don't go out, until it is let go.
"""
import contextlib
import socket
import struct
import threading

TO_SERVER, TO_CLIENT = "to the server", "to the client"
RESET = struct.pack("ii", 1, 0)     # SO_LINGER of nothing: close() is a reset


class Cutter:
    def __init__(self, port, target):
        self.port, self.target = port, target
        self.cuts = 0
        self._open = threading.Event()      # clear: held
        self._open.set()
        self._lock = threading.Lock()
        self._armed = {}    # direction: octets until the cut
        self._pairs = set()
        self._listener = None

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self):
        self._open.set()
        if self._listener:
            # close() alone doesn't wake accept()
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.cut_now()

    # ---- what stories do

    def cut(self, direction, after):
        """The connection that carries octet number `after`, counted from now in this direction, is reset there."""
        with self._lock:
            self._armed[direction] = after

    def is_armed(self, direction):
        with self._lock:
            return direction in self._armed

    def cut_now(self):
        """All connections, at once."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            self._end(pair, True)

    def hold(self):
        self._open.clear()

    def let_go(self):
        self._open.set()

    # ---- the wire

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except (OSError, AttributeError):
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            pair = (client, server)
            with self._lock:
                self._pairs.add(pair)
            for source, sink, direction in ((client, server, TO_SERVER), (server, client, TO_CLIENT)):
                threading.Thread(target=self._pump, args=(source, sink, direction, pair), daemon=True).start()

    def _pump(self, source, sink, direction, pair):
        """An end of the stream is an end for both: nobody here keeps half a connection."""
        with contextlib.suppress(OSError):
            while octets := source.recv(16384):
                self._open.wait()
                keep = self._before_the_cut(direction, len(octets))
                sink.sendall(octets[:keep])
                if keep < len(octets):
                    self.cuts += 1
                    self._end(pair, True)
                    return
        self._end(pair, False)

    def _before_the_cut(self, direction, n):
        """How many of n octets may pass."""
        with self._lock:
            left = self._armed.get(direction)
            if left is None:
                return n
            if left >= n:
                self._armed[direction] = left - n
                return n
            del self._armed[direction]
            return left

    def _end(self, pair, is_cut):
        with self._lock:
            if pair not in self._pairs:
                return
            self._pairs.discard(pair)
        for end in pair:
            with contextlib.suppress(OSError):
                if is_cut:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                # The other direction's recv() wakes; only without a word of ours on the wire is close() a reset.
                end.shutdown(socket.SHUT_RD if is_cut else socket.SHUT_RDWR)
            end.close()
