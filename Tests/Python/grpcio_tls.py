"""Channels that must not come about, with grpcio; see grpcio_cases.py for the environment.

    python grpcio_tls.py CASE...
"""

import os

import grpc

from grpcio_cases import TARGET, case, channel, equal, expect, run
from grpcio_services import Services, who_am_i


def _is_unavailable(line):
    try:
        who_am_i(Services(line))
    except grpc.RpcError as error:
        equal(error.code().name, "UNAVAILABLE", f"the code of {error.details()!r}")
    else:
        expect(False, "it was answered")


def _authority():
    with open(os.environ["AGENTD_TLS_CA"], "rb") as file:
        return file.read()


@case
def a_channel_without_TLS():
    _is_unavailable(grpc.insecure_channel(TARGET))


@case
def a_channel_that_trusts_others():
    # Those that the system trusts.
    _is_unavailable(grpc.secure_channel(TARGET, grpc.ssl_channel_credentials()))


@case
def a_channel_to_somebody_else():
    secret = grpc.ssl_channel_credentials(_authority())
    _is_unavailable(grpc.secure_channel(TARGET, secret, [("grpc.ssl_target_name_override", "other.example")]))


@case
def a_channel_without_a_certificate():
    _is_unavailable(grpc.secure_channel(TARGET, grpc.ssl_channel_credentials(_authority())))


@case
def a_channel_by_name():
    port = TARGET.rpartition(":")[2]
    expect(who_am_i(Services(channel(f"localhost:{port}"))).user.id > 0, "the user has no id")


run()
