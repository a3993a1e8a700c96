"""What the programs with grpcio share: cases that say how they ended, one line each, and channels to the daemon.

A program defines functions with `@case` and ends with `run()`. It prints `ok name` or `FAIL name: why` for each case,
and ends with 1 when one failed. It finds in its environment:

    AGENTD_TARGET                             what gRPC connects to: `127.0.0.1:50051`, `unix:/path`
    AGENTD_TOKEN                              of a member of a tenant with all features
    AGENTD_OTHER_TOKEN                        of a member of another tenant
    AGENTD_SYSTEM_TOKEN                       of a system administrator
    AGENTD_TLS_CA                             a file: who may have issued the daemon's certificate; without it no TLS
    AGENTD_TLS_CERTIFICATE, AGENTD_TLS_KEY    files: the client's certificate
"""

import asyncio
import inspect
import os
import sys
import traceback

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

TARGET = os.environ.get("AGENTD_TARGET", "")
# Seconds. Far more than any call takes, so that a call that hangs is a failure and not a program that hangs.
TIMEOUT = 60

_cases = []


class Different(Exception):
    """Something is not as it should be."""


def expect(condition, what):
    if not condition:
        raise Different(what)


def equal(actual, expected, what):
    expect(actual == expected, f"{what} is {actual!r}, expected {expected!r}")


def case(function):
    """Makes a function, or a coroutine function, one of the cases."""
    _cases.append((function.__name__.replace("_", " "), function))
    return function


def add_case(name, function):
    """A case of a table."""
    _cases.append((name, function))


def run():
    """Runs the cases, or those that the arguments name."""
    failed = 0
    for name, function in _cases:
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        try:
            asyncio.run(function()) if inspect.iscoroutinefunction(function) else function()
            print(f"ok {name}", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAIL {name}: {_one_line(error)}", flush=True)
            traceback.print_exc()
    sys.exit(1 if failed else 0)


def _one_line(error):
    if isinstance(error, grpc.RpcError):
        text = f"{error.code().name}: {error.details()!r}"
    else:
        text = f"{type(error).__name__}: {error}".replace("\n", " ")
    return text if len(text) <= 500 else f"{text[:500]}…"


# ---- Channels


def credentials():
    """Those of TLS, None without it."""

    def contents(name):
        path = os.environ.get(name)
        if not path:
            return None
        with open(path, "rb") as file:
            return file.read()

    authority = contents("AGENTD_TLS_CA")
    if authority is None:
        return None
    return grpc.ssl_channel_credentials(authority, contents("AGENTD_TLS_KEY"), contents("AGENTD_TLS_CERTIFICATE"))


def _options(options):
    # A connection of its own for each channel, and quick attempts to connect.
    all_options = {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 500,
        "grpc.max_receive_message_length": 16 << 20,
    }
    all_options.update({f"grpc.{key}": value for key, value in options.items()})
    return list(all_options.items())


def channel(target=None, compression=None, **options):
    """A channel; options are gRPC's channel arguments without `grpc.`."""
    arguments = {"options": _options(options), "compression": compression}
    if secret := credentials():
        return grpc.secure_channel(target or TARGET, secret, **arguments)
    return grpc.insecure_channel(target or TARGET, **arguments)


def aio_channel(target=None, **options):
    if secret := credentials():
        return grpc.aio.secure_channel(target or TARGET, secret, options=_options(options))
    return grpc.aio.insecure_channel(target or TARGET, options=_options(options))


def token(name="AGENTD_TOKEN", **headers):
    """The metadata of a call by somebody."""
    return [("authorization", f"Bearer {os.environ[name]}")] + [
        (key.replace("_", "-"), value) for key, value in headers.items()
    ]


# ---- Errors


def reason(error):
    """What google.rpc.ErrorInfo says; empty when the error is not the daemon's."""
    status = rpc_status.from_call(error)
    information = error_details_pb2.ErrorInfo()
    return information.reason if status and status.details and status.details[0].Unpack(information) else ""


def refused(code, reason, call, *details):
    """The google.rpc details of a call that must fail, by the names of their types.

    - code, reason: those that it must have.
    - details: names of the types that must come after ErrorInfo.
    """
    try:
        answer = call()
    except grpc.RpcError as error:
        equal(error.code().name, code, f"the code of {error.details()!r}")
        if reason is None:
            return {}
        status = rpc_status.from_call(error)
        expect(status is not None, f"{code} has no grpc-status-details-bin")
        equal(status.message, error.details(), "the sentence of the google.rpc.Status")
        names = [detail.TypeName() for detail in status.details]
        equal(names, ["google.rpc.ErrorInfo", *(f"google.rpc.{name}" for name in details)], "the details")
        found = {}
        for detail in status.details:
            name = detail.TypeName().rpartition(".")[2]
            found[name] = getattr(error_details_pb2, name)()
            expect(detail.Unpack(found[name]), f"{name} cannot be read")
        equal((found["ErrorInfo"].reason, found["ErrorInfo"].domain), (reason, "agentd"), "ErrorInfo")
        found["error"] = error
        return found
    raise Different(f"answered {answer!r}, expected {code} {reason}")


def metadata(call):
    """What came before the answer and after it, as one dictionary."""
    return dict(list(call.initial_metadata() or []) + list(call.trailing_metadata() or []))
