"""The schema files below proto/, compiled when this is imported, and the classes of their messages."""

import functools
import importlib.resources
import pathlib
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def _compile():
    """A pool with every schema below proto/ and what those import."""
    bundled = importlib.resources.files("grpc_tools") / "_proto"
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "schemas"
        arguments = ["protoc", f"-I{PROTO}", f"-I{bundled}", "--include_imports", f"--descriptor_set_out={output}"]
        if protoc.main(arguments + sorted(str(path) for path in PROTO.rglob("*.proto"))) != 0:
            raise SystemExit("The schema files below proto/ do not compile.")
        files = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_pool = _compile()


def file(name):
    """The descriptor of a schema file, by its path below proto/."""
    return _pool.FindFileByName(name)


@functools.cache
def message(name):
    """The class of a message by its full name, such as "agentd.v1.Agent"."""
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(name))


@functools.cache
def method(path):
    """The classes of what a method takes and gives, by its path, such as "/agentd.v1.AgentService/GetAgent"."""
    service, name = path.strip("/").split("/")
    descriptor = _pool.FindServiceByName(service).FindMethodByName(name)
    return (
        message_factory.GetMessageClass(descriptor.input_type),
        message_factory.GetMessageClass(descriptor.output_type),
    )
