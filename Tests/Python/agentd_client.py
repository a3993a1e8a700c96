"""A client of agentd's framed protocol, written from proto/PROTOCOL.md alone.

It needs a socket and protobuf, nothing else. Calls may be in flight together; their answers come in any order.
"""

import itertools
import socket
import struct
import threading
from concurrent.futures import Future

from schemas import message, method

VERSION = 1
ClientFrame = message("agentd.wire.v1.ClientFrame")
ServerFrame = message("agentd.wire.v1.ServerFrame")
Status = message("google.rpc.Status")

CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED"
).split()


class AgentdError(Exception):
    """A call that failed: its code by name, its reason, and the details of google.rpc that came with it."""

    def __init__(self, response):
        super().__init__(response.error)
        status = Status.FromString(response.details)
        self.code = CODES[response.code]
        self.status_code = CODES[status.code]
        self.message = response.error
        self.details = {}
        for detail in status.details:
            name = detail.type_url.rpartition("/")[2]
            self.details[name] = message(name).FromString(detail.value)
        info = self.details.get("google.rpc.ErrorInfo")
        self.reason = info.reason if info else ""
        self.domain = info.domain if info else ""

    @property
    def violations(self):
        """Path and description of each wrong field."""
        bad_request = self.details.get("google.rpc.BadRequest")
        return [(v.field, v.description) for v in bad_request.field_violations] if bad_request else []

    def __str__(self):
        return f"{self.code} {self.reason}: {self.message}"


class ConnectionEnded(Exception):
    """The connection is gone; a call without an answer may or may not have been executed."""


class AgentdClient:
    """One connection. Calls may be made from several threads."""

    def __init__(self, address, headers=None, timeout=30.0):
        host, _, port = address.rpartition(":")
        self._timeout = timeout
        self._socket = socket.create_connection((host.strip("[]"), int(port)), timeout=timeout)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._calls = {}
        self._pongs = {}
        self._welcome = Future()
        # What the server says without being asked.
        self.go_away = None
        # Ids in the order in which their answers came.
        self.answered = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if headers is not None:
            frame = ClientFrame()
            frame.hello.version = VERSION
            _set_headers(frame.hello.headers, headers)
            self.send(frame)
            self.welcome = self._welcome.result(timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._reader.join(self._timeout)
        self._socket.close()

    # ---- Calls

    def call(self, path, request, headers=None, timeout_ms=0):
        """The answer of one call, or an AgentdError."""
        return self.start(path, request, headers, timeout_ms).result(self._timeout)

    def start(self, path, request, headers=None, timeout_ms=0):
        """A call in flight: a Future with an `id`."""
        frame, future = self.prepare(path, request, headers, timeout_ms)
        self.send(frame)
        return future

    def prepare(self, path, request, headers=None, timeout_ms=0):
        """The frame of a call that is not sent yet, and the Future of its answer."""
        frame = ClientFrame()
        frame.request.id = next(self._ids)
        frame.request.method = path
        _set_headers(frame.request.headers, headers or {})
        frame.request.timeout_ms = timeout_ms
        frame.request.message = request if isinstance(request, bytes) else request.SerializeToString()
        future = Future()
        future.id = frame.request.id
        future.output = None if isinstance(request, bytes) else method(path)[1]
        with self._lock:
            if not self._reader.is_alive():
                raise ConnectionEnded("the connection has ended")
            self._calls[future.id] = future
        return frame, future

    def cancel(self, future):
        """Gives a call up. It is still answered: CANCELLED, or with the answer that was on its way."""
        frame = ClientFrame()
        frame.cancel.id = future.id
        self.send(frame)

    def ping(self, token=1):
        frame = ClientFrame()
        frame.ping.token = token
        with self._lock:
            pong = self._pongs.setdefault(token, Future())
        self.send(frame)
        return pong.result(self._timeout)

    def send(self, *frames):
        """Sends frames with one write: pipelined."""
        data = b""
        for frame in frames:
            payload = frame.SerializeToString()
            data += struct.pack(">BI", 0, len(payload)) + payload
        with self._lock:
            self._socket.sendall(data)

    # ---- What the server sends

    def _read(self):
        try:
            while True:
                flags, length = struct.unpack(">BI", self._receive(5))
                if flags != 0:
                    raise ConnectionEnded(f"a frame has the flags {flags}")
                self._take(ServerFrame.FromString(self._receive(length)))
        except (ConnectionEnded, OSError) as error:
            self._end(error if isinstance(error, ConnectionEnded) else ConnectionEnded(str(error)))

    def _receive(self, count):
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise ConnectionEnded("the server closed the connection")
            data += part
        return data

    def _take(self, frame):
        kind = frame.WhichOneof("frame")
        if kind == "welcome":
            self._welcome.set_result(frame.welcome)
        elif kind == "response":
            self._answer(frame.response)
        elif kind == "go_away":
            self.go_away = frame.go_away
        elif kind == "pong":
            with self._lock:
                pong = self._pongs.pop(frame.pong.token, None)
            if pong:
                pong.set_result(frame.pong.token)

    def _answer(self, response):
        with self._lock:
            future = self._calls.pop(response.id, None)
            self.answered.append(response.id)
        if future is None:
            return
        future.headers = {header.key: header.value for header in response.headers}
        if response.code != 0:
            future.set_exception(AgentdError(response))
        elif future.output is None:
            future.set_result(response.message)
        else:
            future.set_result(future.output.FromString(response.message))

    def _end(self, error):
        with self._lock:
            waiting = list(self._calls.values()) + list(self._pongs.values()) + [self._welcome]
            self._calls.clear()
            self._pongs.clear()
        for future in waiting:
            if not future.done():
                future.set_exception(error)


def _set_headers(headers, values):
    for key, value in values.items():
        headers.add(key=key, value=value if isinstance(value, bytes) else value.encode())
