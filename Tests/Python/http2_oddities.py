"""What no gRPC library sends: requests over HTTP/2 that are odd or wrong, and the answer of the gRPC door to each.

Environment: AGENTD_TARGET, `127.0.0.1:50051`; AGENTD_TOKEN, of a member of a tenant.
"""

import functools
import gzip
import os
import time

import h2.errors

import http2_stream
from grpcio_cases import add_case, case, equal, expect, run
from http2_stream import Connection, prefixed
from schemas import message

PATH = "/agentd.v1.UserService/WhoAmI"
CREATE = "/agentd.v1.AgentService/CreateAgent"
GET = "/agentd.v1.AgentService/GetAgent"
EMPTY = prefixed(b"")
LIMIT = 1 << 20


def headers(path=PATH, without=(), **changes):
    """Those of a call as they should be, but for the changes; `_` stands for `-`, `pseudo_` for `:`."""
    all_headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "localhost",
        "te": "trailers",
        "content-type": "application/grpc",
        "authorization": f"Bearer {os.environ['AGENTD_TOKEN']}",
    }
    for key, value in changes.items():
        all_headers[key.replace("pseudo_", ":").replace("_", "-")] = value
    return [(key, value) for key, value in all_headers.items() if key not in without]


def create_request(name, size=0):
    request = message("agentd.v1.CreateAgentRequest")()
    request.agent.name = name
    request.agent.agent_type = 5
    request.agent.system_prompt = "p" * size
    return request.SerializeToString()


def succeeded(answer):
    equal((answer.status, answer.code, answer.reset), (200, "OK", None), f"the outcome of {answer!r}")
    expect(answer.headers["content-type"].startswith("application/grpc"), f"the type is {answer.headers}")
    expect(answer.trailers is not None, "it has no trailers")
    equal(len(answer.messages), 1, "the number of messages")
    return answer.messages[0][1]


def failed(answer, code, reason):
    equal((answer.status, answer.code, answer.reason), (200, code, reason), f"the outcome of {answer!r}")
    expect(answer.trailers is None and not answer.data, "it is not of trailers only")
    expect(answer.headers["content-type"].startswith("application/grpc"), f"the type is {answer.headers}")
    expect(answer.sentence, "it has no sentence")


def still_serves(connection):
    """The connection goes on after what was wrong on one stream of it."""
    succeeded(connection.call(headers(), EMPTY))


def on_connection(check):
    """A case with a connection of its own, which must serve afterwards."""

    def run_case():
        with Connection() as connection:
            check(connection)
            still_serves(connection)

    return run_case


def odd(function):
    add_case(function.__name__.replace("_", " "), on_connection(function))
    return function


# ---- Headers


def _accepted(changes, connection):
    succeeded(connection.call(headers(**changes), EMPTY))


def _http_error(changes, status, connection):
    answer = connection.call(headers(**changes), EMPTY)
    equal(answer.status, status, f"the status of {answer!r}")


def _refused(changes, code, reason, connection):
    failed(connection.call(headers(**changes), EMPTY), code, reason)


def _reset(changes, connection):
    answer = connection.call(headers(**changes), EMPTY)
    equal(answer.reset, h2.errors.ErrorCodes.PROTOCOL_ERROR, f"the code of the reset of {answer!r}")


for kind in (
    "application/grpc",
    "application/grpc+proto",
    "application/grpc;charset=utf-8",
    "application/grpc+proto; charset=utf-8",
):
    add_case(f"content type {kind}", on_connection(functools.partial(_accepted, {"content_type": kind})))
for kind in ("application/json", "application/grpcx", "application/grpc-web", "text/html", ""):
    check = functools.partial(_http_error, {"content_type": kind}, 415)
    add_case(f"content type {kind or 'empty'}", on_connection(check))
add_case("no content type", on_connection(functools.partial(_http_error, {"without": ["content-type"]}, 415)))
for method in ("GET", "PUT", "HEAD"):
    add_case(f"method {method}", on_connection(functools.partial(_http_error, {"pseudo_method": method}, 405)))
add_case("no te", on_connection(functools.partial(_accepted, {"without": ["te"]})))
add_case("te gzip", on_connection(functools.partial(_reset, {"te": "gzip"})))
add_case("scheme https without TLS", on_connection(functools.partial(_accepted, {"pseudo_scheme": "https"})))
add_case("no authority", on_connection(functools.partial(_reset, {"without": [":authority"]})))
add_case("no path", on_connection(functools.partial(_reset, {"without": [":path"]})))
add_case("no method", on_connection(functools.partial(_reset, {"without": [":method"]})))
add_case("no scheme", on_connection(functools.partial(_reset, {"without": [":scheme"]})))
add_case("an unknown pseudo header", on_connection(functools.partial(_reset, {"pseudo_protocol2": "x"})))
add_case("a status in a request", on_connection(functools.partial(_reset, {"pseudo_status": "200"})))
add_case("connection specific header", on_connection(functools.partial(_reset, {"connection": "keep-alive"})))
add_case("transfer encoding", on_connection(functools.partial(_reset, {"transfer_encoding": "chunked"})))
add_case("upper case header name", on_connection(functools.partial(_reset, {"X-Upper": "x"})))
for name, path in {"empty": "", "relative": "agentd.v1.UserService/WhoAmI", "asterisk": "*"}.items():
    add_case(f"path {name}", on_connection(functools.partial(_reset, {"path": path})))
for name, path in {"of one slash": "/", "with a query": f"{PATH}?a=b", "with more": f"{PATH}/x"}.items():
    add_case(
        f"path {name}",
        on_connection(functools.partial(_refused, {"path": path}, "UNIMPLEMENTED", "METHOD_UNKNOWN")),
    )


@odd
def pseudo_header_after_others(connection):
    wrong = headers()
    answer = connection.call(wrong[1:] + wrong[:1], EMPTY)
    equal(answer.reset, h2.errors.ErrorCodes.PROTOCOL_ERROR, "the code of the reset")


@odd
def pseudo_header_twice(connection):
    answer = connection.call([(":path", PATH)] + headers(), EMPTY)
    equal(answer.reset, h2.errors.ErrorCodes.PROTOCOL_ERROR, "the code of the reset")


# ---- grpc-timeout

for value in ("30S", "1M", "1H", "30000m", "30000000u", "99999999n", "99999999H", "00000030S"):
    add_case(f"grpc-timeout {value}", on_connection(functools.partial(_accepted, {"grpc_timeout": value})))
for name, value in {
    "negative": "-1S",
    "with a plus": "+1S",
    "of nine digits": "100000000n",
    "empty": "",
    "without a unit": "30",
    "without digits": "S",
    "of days": "1D",
    "with a space": "1 S",
    "with a fraction": "1.5S",
    "in hexadecimal": "0x1S",
    "in other digits": "１S",
    "with a unit of two letters": "1ms",
}.items():
    add_case(
        f"grpc-timeout {name}",
        on_connection(functools.partial(_refused, {"grpc_timeout": value}, "INVALID_ARGUMENT", "HEADER_INVALID")),
    )


@odd
def grpc_timeout_of_nothing(connection):
    failed(connection.call(headers(grpc_timeout="0S"), EMPTY), "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")


@odd
def grpc_timeout_while_the_message_is_not_there(connection):
    start = time.monotonic()
    stream = connection.start(headers(grpc_timeout="300m"), EMPTY[:2], end=False)
    answer = connection.answer(stream)
    failed(answer, "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")
    expect(0.2 < answer.end_time - start < 5, f"it was answered after {answer.end_time - start} s")


# ---- Messages


@odd
def message_byte_by_byte(connection):
    stream = connection.start(headers(CREATE), end=False)
    body = prefixed(create_request("byte by byte"))
    for index in range(len(body)):
        connection.send(stream, body[index : index + 1], end=index == len(body) - 1)
    succeeded(connection.answer(stream))


@odd
def message_with_empty_frames(connection):
    stream = connection.start(headers(), end=False)
    for part in (b"", EMPTY[:3], b"", EMPTY[3:], b""):
        connection.send(stream, part)
    connection.send(stream, b"", end=True)
    succeeded(connection.answer(stream))


@odd
def message_with_padding(connection):
    stream = connection.start(headers(CREATE), end=False)
    body = prefixed(create_request("padded", 20_000))
    for index in range(0, len(body), 1_000):
        connection.send(stream, body[index : index + 1_000], end=index + 1_000 >= len(body), padding=255)
    succeeded(connection.answer(stream))


@odd
def no_message(connection):
    failed(connection.call(headers()), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def no_message_in_an_empty_frame(connection):
    failed(connection.call(headers(), b""), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def two_messages(connection):
    failed(connection.call(headers(), EMPTY + EMPTY), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def bytes_after_the_message(connection):
    failed(connection.call(headers(), EMPTY + b"\0\0"), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def message_cut_short(connection):
    failed(connection.call(headers(), prefixed(b"ab", length=3)), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def prefix_cut_short(connection):
    failed(connection.call(headers(), EMPTY[:4]), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def message_at_the_limit(connection):
    # As large as the limit allows; the daemon reads it all and then finds its prompt too long.
    request = create_request("limit", LIMIT - 17)
    equal(len(request), LIMIT, "the size of the message")
    answer = connection.call(headers(CREATE), prefixed(request))
    equal((answer.code, answer.reason), ("INVALID_ARGUMENT", "FIELD_INVALID"), f"the outcome of {answer!r}")


@odd
def message_over_the_limit(connection):
    # Refused by its prefix: the body does not come.
    for length in (LIMIT + 1, 2**31, 2**32 - 1):
        stream = connection.start(headers(CREATE), prefixed(b"", length=length), end=False)
        failed(connection.answer(stream), "RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE")


@odd
def other_flags(connection):
    for flags in (2, 3, 128, 255):
        failed(connection.call(headers(), prefixed(b"", flags=flags)), "INVALID_ARGUMENT", "MESSAGE_INVALID")


# ---- Compression


@odd
def compressed_without_an_encoding(connection):
    body = prefixed(gzip.compress(b""), flags=1)
    for changes in ({}, {"grpc_encoding": "identity"}):
        failed(connection.call(headers(**changes), body), "INVALID_ARGUMENT", "MESSAGE_INVALID")


@odd
def encoding_that_nobody_knows(connection):
    answer = connection.call(headers(grpc_encoding="zstd"), prefixed(b"x", flags=1))
    failed(answer, "UNIMPLEMENTED", "ENCODING_UNSUPPORTED")
    accepted = {name.strip() for name in answer.headers["grpc-accept-encoding"].split(",")}
    equal(accepted, {"identity", "gzip"}, "grpc-accept-encoding")


@odd
def message_that_is_not_compressed_although_it_may_be(connection):
    succeeded(connection.call(headers(grpc_encoding="gzip"), EMPTY))


@odd
def answer_to_gzip_is_gzip(connection):
    request = prefixed(gzip.compress(create_request("compressed", 20_000)), flags=1)
    answer = connection.call(headers(CREATE, grpc_encoding="gzip", grpc_accept_encoding="identity, gzip"), request)
    equal((answer.code, answer.headers.get("grpc-encoding")), ("OK", "gzip"), f"the outcome of {answer!r}")
    [(flags, body)] = answer.messages
    equal(flags, 1, "the flags of the answer")
    agent = message("agentd.v1.Agent").FromString(gzip.decompress(body))
    equal(len(agent.system_prompt), 20_000, "the length of the prompt")


@odd
def answer_to_who_cannot_read_gzip(connection):
    request = prefixed(gzip.compress(create_request("plain answer", 20_000)), flags=1)
    for changes in ({}, {"grpc_accept_encoding": "identity"}):
        answer = connection.call(headers(CREATE, grpc_encoding="gzip", **changes), request)
        equal(answer.messages[0][0], 0, "the flags of the answer")
        message("agentd.v1.Agent").FromString(succeeded(answer))


@odd
def gzip_bombs(connection):
    bombs = {
        "of 64 MiB": gzip.compress(bytes(64 << 20)),
        "one byte over the limit": gzip.compress(bytes(LIMIT + 1)),
    }
    for bomb in bombs.values():
        answer = connection.call(headers(CREATE, grpc_encoding="gzip"), prefixed(bomb, flags=1))
        failed(answer, "RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE")


@odd
def gzip_that_is_broken(connection):
    whole = gzip.compress(b"\x0a\x02\x22\x00" * 100)
    cut = [b"", b"no gzip", whole[:-1], whole[:-8], whole[:12], whole[:-6] + b"\0" * 6]
    # The last four bytes should say how long the message is, and may say anything.
    longer = [whole + bytes(4), whole + b"\xff" * 8, whole * 2, whole + gzip.compress(b"")]
    broken = cut + longer
    for body in broken:
        answer = connection.call(headers(CREATE, grpc_encoding="gzip"), prefixed(body, flags=1))
        failed(answer, "INVALID_ARGUMENT", "MESSAGE_INVALID")


# ---- Streams


@odd
def request_with_trailers(connection):
    stream = connection.start(headers(), EMPTY, end=False)
    connection.state.send_headers(stream, [("x-after", "1")], end_stream=True)
    connection.flush()
    succeeded(connection.answer(stream))


@odd
def reset_before_the_answer(connection):
    for _ in range(20):
        connection.reset(connection.start(headers(CREATE), prefixed(create_request("reset")), end=False))
    for _ in range(20):
        connection.reset(connection.start(headers(), EMPTY))
    connection.ping()


@odd
def reset_after_the_answer(connection):
    for _ in range(20):
        stream = connection.start(headers(GET), EMPTY, end=False)
        connection.send(stream, b"", end=True)
        connection.answer(stream)
        # h2 does not let a stream be reset that has ended, so the frame is written here.
        connection.socket.sendall(b"\0\0\4\3\0" + stream.to_bytes(4, "big") + (8).to_bytes(4, "big"))
    connection.ping()


@odd
def answer_while_the_request_goes_on(connection):
    # An error before the request has ended: the rest of it is not waited for.
    stream = connection.start(headers("/agentd.v1.Nothing/At"), EMPTY[:2], end=False)
    failed(connection.answer(stream), "UNIMPLEMENTED", "METHOD_UNKNOWN")


@odd
def many_streams_in_one_write(connection):
    streams = []
    for _ in range(100):
        stream = connection.state.get_next_available_stream_id()
        connection.answers[stream] = http2_stream.Answer()
        connection.state.send_headers(stream, headers())
        connection.state.send_data(stream, EMPTY, end_stream=True)
        streams.append(stream)
    connection.flush()
    for stream in streams:
        succeeded(connection.answer(stream))


@odd
def small_windows_of_the_client(connection):
    with Connection(window=1) as narrow:
        agent = message("agentd.v1.Agent").FromString(
            succeeded(narrow.call(headers(CREATE), prefixed(create_request("narrow", 3_000))))
        )
        equal(len(agent.system_prompt), 3_000, "the length of the prompt")


@odd
def answers_that_wait_for_windows(connection):
    # They are more than the daemon keeps for a client that does not read; this one reads, and opens its windows late.
    ids = []
    for number in range(10):
        agent = succeeded(connection.call(headers(CREATE), prefixed(create_request(f"long {number}", 25_000))))
        ids.append(message("agentd.v1.Agent").FromString(agent).id)
    request = prefixed(message("agentd.v1.BatchGetAgentsRequest")(ids=ids).SerializeToString())
    with Connection(window=1_000, opens_windows=False) as late:
        streams = [late.start(headers("/agentd.v1.AgentService/BatchGetAgents"), request) for _ in range(40)]
        for stream in streams[:8]:
            while len(late.answers[stream].data) < 1_000:
                late.receive()
        late.ping()
        for stream in streams:
            late.state.increment_flow_control_window(1 << 20, stream)
        late.flush()
        for stream in streams:
            answer = message("agentd.v1.BatchGetAgentsResponse").FromString(succeeded(late.answer(stream)))
            equal(len(answer.agents), 10, "the number of agents")


@case
def headers_over_the_limit():
    with Connection() as connection:
        for size in (9_000, 60_000):
            answer = connection.call(headers(x_large="x" * size), EMPTY)
            equal(answer.code, "RESOURCE_EXHAUSTED", f"the code of {answer!r}")
        still_serves(connection)


run()
