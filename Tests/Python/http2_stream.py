"""A connection to the gRPC door that sends whatever a test wants, with the package h2, and shows what comes back."""

import base64
import os
import socket
import struct
import time
import urllib.parse

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
from google.rpc import error_details_pb2, status_pb2

TARGET = os.environ.get("AGENTD_TARGET", "")
# Seconds. Far more than any answer takes.
TIMEOUT = 30

CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED"
).split()


class Ended(Exception):
    """The daemon closed the connection."""


class Answer:
    """What came back on one stream."""

    def __init__(self):
        self.headers = None
        self.data = b""
        self.trailers = None
        self.reset = None
        self.ended = False
        # Seconds of the monotonic clock.
        self.end_time = None

    @property
    def status(self):
        """HTTP's."""
        return int(self.headers[":status"]) if self.headers else None

    @property
    def last(self):
        """The headers that hold the outcome: of an answer without messages the first ones are the last ones."""
        return self.trailers or self.headers or {}

    @property
    def code(self):
        """gRPC's, by its name; None when there is none."""
        return CODES[int(self.last["grpc-status"])] if "grpc-status" in self.last else None

    @property
    def sentence(self):
        return urllib.parse.unquote(self.last.get("grpc-message", ""))

    @property
    def reason(self):
        encoded = self.last.get("grpc-status-details-bin")
        if encoded is None:
            return None
        status = status_pb2.Status.FromString(base64.b64decode(encoded + "=" * (-len(encoded) % 4)))
        information = error_details_pb2.ErrorInfo()
        status.details[0].Unpack(information)
        return information.reason

    @property
    def messages(self):
        """The flags and the bytes of each message."""
        found, rest = [], self.data
        while rest:
            flags, length = struct.unpack(">BI", rest[:5])
            found.append((flags, rest[5 : 5 + length]))
            rest = rest[5 + length :]
        return found

    def __repr__(self):
        if self.reset is not None:
            return f"reset with {self.reset}"
        return f"HTTP {self.status} {self.code} {self.reason}: {self.sentence} ({len(self.data)} bytes)"


def prefixed(message, flags=0, length=None):
    """A message behind its prefix, which may lie."""
    return struct.pack(">BI", flags, len(message) if length is None else length) + message


class Connection:
    """A connection; h2 does not look at what goes out.

    - window: bytes that the daemon may send on each stream at first.
    - opens_windows: whether it may send more once they have come.
    """

    def __init__(self, target=TARGET, window=1 << 20, opens_windows=True):
        if target.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(target.removeprefix("unix:"))
        else:
            host, _, port = target.rpartition(":")
            self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(TIMEOUT)
        configuration = h2.config.H2Configuration(
            client_side=True,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
            validate_inbound_headers=True,
        )
        self.state = h2.connection.H2Connection(configuration)
        # What it does not limit of itself it must not be limited in by h2.
        self.state.local_settings = h2.settings.Settings(
            client=True, initial_values={h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window}
        )
        self.opens_windows = opens_windows
        self.answers = {}
        self.go_away = None
        self.pongs = 0
        self.settings = {}
        self.state.initiate_connection()
        self.state.increment_flow_control_window(1 << 24)
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.state.data_to_send())

    def start(self, headers, body=None, end=True):
        """Sends the headers of a request, and its body when there is one; gives the number of its stream."""
        stream = self.state.get_next_available_stream_id()
        self.answers[stream] = Answer()
        self.state.send_headers(stream, headers, end_stream=end and body is None)
        if body is not None:
            self.send(stream, body, end=end)
        self.flush()
        return stream

    def send(self, stream, body, end=False, padding=None):
        """Sends a part of a body, in as many frames as it takes, as far as the daemon lets it."""
        while True:
            while (window := self.state.local_flow_control_window(stream)) <= 0 and body:
                self.receive()
                if self.answers[stream].ended:
                    return
            size = min(window, self.state.max_outbound_frame_size, len(body))
            if padding is not None:
                size = min(size, self.state.max_outbound_frame_size - padding - 1)
            self.state.send_data(stream, body[:size], end_stream=end and size == len(body), pad_length=padding)
            self.flush()
            body = body[size:]
            if not body:
                return

    def answer(self, stream):
        """Reads until a stream has ended."""
        answer = self.answers[stream]
        deadline = time.monotonic() + TIMEOUT
        while not answer.ended:
            if time.monotonic() > deadline:
                raise TimeoutError(f"stream {stream} has not ended: {answer}")
            self.receive()
        return answer

    def call(self, headers, body=None, end=True):
        return self.answer(self.start(headers, body, end))

    def ping(self):
        """A round trip."""
        expected = self.pongs + 1
        self.state.ping(b"12345678")
        self.flush()
        while self.pongs < expected:
            self.receive()

    def reset(self, stream, code=h2.errors.ErrorCodes.CANCEL):
        self.state.reset_stream(stream, code)
        self.flush()

    def receive(self):
        """Takes what has come, at least something."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise Ended(f"the connection has ended, GOAWAY: {self.go_away}")
        for event in self.state.receive_data(data):
            self._take(event)
        self.flush()

    def until_end(self):
        """Reads until the daemon has closed the connection."""
        try:
            while True:
                self.receive()
        except (Ended, ConnectionResetError, BrokenPipeError):
            return self.go_away

    def _take(self, event):
        answer = self.answers.get(getattr(event, "stream_id", None)) or Answer()
        match event:
            case h2.events.ResponseReceived():
                answer.headers = dict(event.headers)
            case h2.events.DataReceived():
                answer.data += event.data
                if event.flow_controlled_length and self.opens_windows:
                    self.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.TrailersReceived():
                answer.trailers = dict(event.headers)
            case h2.events.StreamEnded():
                answer.ended, answer.end_time = True, time.monotonic()
            case h2.events.StreamReset():
                answer.reset, answer.ended, answer.end_time = event.error_code, True, time.monotonic()
            case h2.events.ConnectionTerminated():
                self.go_away = event.error_code
            case h2.events.PingAckReceived():
                self.pongs += 1
            case h2.events.RemoteSettingsChanged():
                for code, change in event.changed_settings.items():
                    self.settings[code] = change.new_value
