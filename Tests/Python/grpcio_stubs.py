"""Stubs as grpcio-tools makes them from schema files, generated when they are asked for: what any client in Python has.

    import grpcio_stubs
    agents_pb2, agents_pb2_grpc = grpcio_stubs.load("agentd/v1/agents.proto")
"""

import atexit
import functools
import importlib
import importlib.resources
import pathlib
import sys
import tempfile

import grpc
from grpc_tools import protoc

AGENTD = pathlib.Path(__file__).resolve().parents[2] / "proto"
# Where Debian's package grpc-proto has the schemas that gRPC's own tests use.
OFFICIAL = pathlib.Path("/usr/share/grpc-proto")

_output = tempfile.TemporaryDirectory()
atexit.register(_output.cleanup)
sys.path.append(_output.name)
# The official test service is in a package that begins with `grpc.`, as the library itself does.
grpc.__path__.append(f"{_output.name}/grpc")


@functools.cache
def _generate(root, folder):
    """Generates modules for all the schema files in a folder below a root."""
    bundled = importlib.resources.files("grpc_tools") / "_proto"
    outputs = [f"--python_out={_output.name}", f"--grpc_python_out={_output.name}"]
    files = sorted(str(path) for path in (root / folder).glob("*.proto"))
    if not files or protoc.main(["protoc", f"-I{root}", f"-I{bundled}", *outputs, *files]) != 0:
        raise SystemExit(f"The schema files in {root / folder} cannot be compiled.")


def load(path, root=AGENTD):
    """The two modules of one schema file: its messages and its services."""
    _generate(root, str(pathlib.PurePosixPath(path).parent))
    name = path.removesuffix(".proto").replace("/", ".")
    return importlib.import_module(f"{name}_pb2"), importlib.import_module(f"{name}_pb2_grpc")
