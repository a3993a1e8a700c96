"""The official interoperability cases of gRPC, as far as agentd has such methods, with grpcio.

Each is done as <https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md> says and has its name there.
The server is Tests/InteropServer, the schemas are the official ones, of Debian's package grpc-proto.
Not here: what needs client streams, or a service that knows and chooses how each message is compressed, neither of
which agentd has (http2_oddities.py looks at the compression of the door itself); the cases of cacheable requests and of
Google's credentials, which are about other things than the server.

Environment: AGENTD_TARGET, where the server listens.
"""

import asyncio
import threading

import grpc

import grpcio_stubs
from grpcio_cases import TIMEOUT, aio_channel, case, channel, equal, expect, run

messages, _ = grpcio_stubs.load("grpc/testing/messages.proto", grpcio_stubs.OFFICIAL)
empty, _ = grpcio_stubs.load("grpc/testing/empty.proto", grpcio_stubs.OFFICIAL)
_, test_grpc = grpcio_stubs.load("grpc/testing/test.proto", grpcio_stubs.OFFICIAL)

line = channel()
stub = test_grpc.TestServiceStub(line)
CALL = {"timeout": TIMEOUT}

REQUEST_SIZE, RESPONSE_SIZE = 271_828, 314_159
STREAM = [(27_182, 31_415), (8, 9), (1_828, 2_653), (45_904, 58_979)]


def payload(size):
    return messages.Payload(body=bytes(size))


def large_request():
    return messages.SimpleRequest(response_size=RESPONSE_SIZE, payload=payload(REQUEST_SIZE))


def large_response():
    return messages.SimpleResponse(payload=payload(RESPONSE_SIZE))


def stream_request(size, response_size):
    return messages.StreamingOutputCallRequest(
        response_parameters=[messages.ResponseParameters(size=response_size)], payload=payload(size)
    )


def sizes(responses):
    return [len(response.payload.body) for response in responses]


def fails(call, code, details=None):
    try:
        answer = call()
    except grpc.RpcError as error:
        equal(error.code().name, code, "the code")
        if details is not None:
            equal(error.details(), details, "the message")
        return error
    expect(False, f"it was answered: {answer!r}")


@case
def empty_unary():
    equal(stub.EmptyCall(empty.Empty(), **CALL), empty.Empty(), "the answer")


@case
def large_unary():
    equal(stub.UnaryCall(large_request(), **CALL), large_response(), "the answer")


@case
def server_streaming():
    parameters = [messages.ResponseParameters(size=size) for _, size in STREAM]
    request = messages.StreamingOutputCallRequest(response_parameters=parameters)
    equal(sizes(stub.StreamingOutputCall(request, **CALL)), [size for _, size in STREAM], "the sizes")


@case
def ping_pong():
    received = []
    arrived = threading.Semaphore(0)

    def requests():
        for size, response_size in STREAM:
            yield stream_request(size, response_size)
            # The next one goes out only after the answer to this one.
            arrived.acquire(timeout=TIMEOUT)

    for response in stub.FullDuplexCall(requests(), **CALL):
        received.append(response)
        arrived.release()
    equal(sizes(received), [size for _, size in STREAM], "the sizes")


@case
def empty_stream():
    equal(list(stub.FullDuplexCall(iter(()), **CALL)), [], "the answers")


INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")


def _has_metadata(call):
    expect(INITIAL in list(call.initial_metadata()), f"the initial metadata is {call.initial_metadata()}")
    expect(TRAILING in list(call.trailing_metadata()), f"the trailing metadata is {call.trailing_metadata()}")


@case
def custom_metadata():
    answer, call = stub.UnaryCall.with_call(large_request(), metadata=[INITIAL, TRAILING], **CALL)
    equal(answer, large_response(), "the answer")
    _has_metadata(call)
    requests = iter([stream_request(REQUEST_SIZE, RESPONSE_SIZE)])
    call = stub.FullDuplexCall(requests, metadata=[INITIAL, TRAILING], **CALL)
    equal(sizes(call), [RESPONSE_SIZE], "the sizes")
    _has_metadata(call)
    # What fails keeps its metadata too; head and trailers are one then.
    status = messages.EchoStatus(code=2, message="fails")
    for fail in (
        lambda: stub.UnaryCall(messages.SimpleRequest(response_status=status), metadata=[INITIAL, TRAILING], **CALL),
        lambda: list(
            stub.FullDuplexCall(
                iter([messages.StreamingOutputCallRequest(response_status=status)]),
                metadata=[INITIAL, TRAILING],
                **CALL,
            )
        ),
    ):
        metadata = fails(fail, "UNKNOWN", "fails").trailing_metadata()
        expect(INITIAL in list(metadata) and TRAILING in list(metadata), f"the metadata is {metadata}")


def _echoes_status(message):
    status = messages.EchoStatus(code=2, message=message)
    fails(lambda: stub.UnaryCall(messages.SimpleRequest(response_status=status), **CALL), "UNKNOWN", message)
    request = messages.StreamingOutputCallRequest(response_status=status)
    fails(lambda: list(stub.FullDuplexCall(iter([request]), **CALL)), "UNKNOWN", message)


@case
def status_code_and_message():
    _echoes_status("test status message")


@case
def special_status_message():
    _echoes_status("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n")


@case
def unimplemented_method():
    fails(lambda: stub.UnimplementedCall(empty.Empty(), **CALL), "UNIMPLEMENTED")


@case
def unimplemented_service():
    other = test_grpc.UnimplementedServiceStub(line)
    fails(lambda: other.UnimplementedCall(empty.Empty(), **CALL), "UNIMPLEMENTED")


@case
def cancel_after_begin():
    # As the description has it, with StreamingInputCall, whose requests never come.
    call = stub.StreamingInputCall.future(_never(), **CALL)
    call.cancel()
    equal(call.code(), grpc.StatusCode.CANCELLED, "the code")


def _never():
    """Requests that do not come before the call has long ended."""
    threading.Event().wait(1)
    yield from ()


@case
def cancel_after_first_response():
    call = stub.FullDuplexCall(_one_and_then_never(), **CALL)
    equal(len(next(call).payload.body), 31_415, "the size")
    call.cancel()
    equal(call.code(), grpc.StatusCode.CANCELLED, "the code")


def _one_and_then_never():
    yield stream_request(27_182, 31_415)
    yield from _never()


@case
def timeout_on_sleeping_server():
    request = messages.StreamingOutputCallRequest(payload=payload(27_182))
    fails(lambda: list(stub.FullDuplexCall(iter([request]), timeout=0.001)), "DEADLINE_EXCEEDED")


@case
async def concurrent_large_unary():
    async with aio_channel() as many:
        calls = test_grpc.TestServiceStub(many)
        answers = await asyncio.gather(*(calls.UnaryCall(large_request(), **CALL) for _ in range(1_000)))
    expect(all(answer == large_response() for answer in answers), "an answer is different")


run()
