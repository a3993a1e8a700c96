"""Server reflection through grpcio-reflection, the standard client, and calls of messages that nobody has a schema file
for; see grpcio_cases.py for the environment."""

import functools

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

import schemas
from grpcio_cases import TIMEOUT, case, channel, equal, expect, refused, run, token

SERVICES = [
    "agentd.v1.AgentService",
    "agentd.v1.AuditService",
    "agentd.v1.TenantService",
    "agentd.v1.TokenService",
    "agentd.v1.UserService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
]
ALPHA = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
STABLE = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
NOT_FOUND = grpc.StatusCode.NOT_FOUND.value[0]
INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT.value[0]

# More than any window of the connection holds.
MANY = 2_000

the_channel = channel()
database = ProtoReflectionDescriptorDatabase(the_channel)
# Everything in it comes from the daemon.
pool = descriptor_pool.DescriptorPool(database)


def request(**fields):
    return reflection_pb2.ServerReflectionRequest(**fields)


def ask(requests, path=ALPHA, answer=reflection_pb2.ServerReflectionResponse, metadata=None):
    """The answers to requests on one stream."""
    call = the_channel.stream_stream(
        path, request_serializer=lambda message: message.SerializeToString(), response_deserializer=answer.FromString
    )
    return list(call(iter(requests), metadata=metadata, timeout=TIMEOUT))


def files(answer):
    protos = answer.file_descriptor_response.file_descriptor_proto
    return [descriptor_pb2.FileDescriptorProto.FromString(proto) for proto in protos]


def dynamic(service, method):
    """Calls a unary method of which only the daemon knows the messages; and the class of its request."""
    descriptor = pool.FindServiceByName(service).FindMethodByName(method)
    kind = message_factory.GetMessageClass(descriptor.input_type)
    call = the_channel.unary_unary(
        f"/{service}/{method}",
        request_serializer=kind.SerializeToString,
        response_deserializer=message_factory.GetMessageClass(descriptor.output_type).FromString,
    )
    return functools.partial(call, metadata=token(), timeout=TIMEOUT), kind


@case
def all_services_are_listed():
    equal(list(database.get_services()), SERVICES, "the services")


@case
def every_message_of_every_service_is_found():
    found = set()
    for name in database.get_services():
        service = pool.FindServiceByName(name)
        expect(service.methods, f"{name} has no methods")
        for method in service.methods:
            for message in (method.input_type, method.output_type):
                # With every message and enumeration within it.
                message_factory.GetMessageClass(message)()
                found.add(message.file.name)
    expect({"agentd/v1/agents.proto", "grpc/health/v1/health.proto"} <= found, f"only {found} were found")


@case
def what_comes_is_what_the_schema_files_say():
    names = [str(path.relative_to(schemas.PROTO)) for path in schemas.PROTO.rglob("*.proto")]
    expect(len(names) > 10, "there are no schema files")
    for name in names:
        ours, theirs = descriptor_pb2.FileDescriptorProto(), descriptor_pb2.FileDescriptorProto()
        pool.FindFileByName(name).CopyToProto(theirs)
        schemas.file(name).CopyToProto(ours)
        equal(theirs, ours, name)


@case
def agents_are_made_and_read_without_a_schema_file():
    create, kind = dynamic("agentd.v1.AgentService", "CreateAgent")
    made = create(kind(agent={"name": "By reflection", "agent_type": "AGENT_TYPE_RESEARCH"}))
    get, kind = dynamic("agentd.v1.AgentService", "GetAgent")
    equal(get(kind(id=made.id)).name, "By reflection", "the name of the agent")


@case
def a_symbol_brings_its_file_with_all_that_it_imports():
    for symbol in ["AgentService", "AgentService.GetAgent", "Agent", "Agent.name", "AgentType", "AGENT_TYPE_RESEARCH"]:
        [answer] = ask([request(file_containing_symbol=f"agentd.v1.{symbol}")])
        equal(
            [file.name for file in files(answer)],
            ["agentd/v1/agents.proto", "google/protobuf/field_mask.proto", "google/protobuf/timestamp.proto"],
            symbol,
        )


@case
def one_stream_takes_every_question_and_answers_in_order():
    questions = [
        (request(list_services="*", host="localhost"), "list_services_response"),
        (request(file_by_filename="agentd/v1/nothing.proto"), NOT_FOUND),
        (request(file_by_filename="google/rpc/status.proto"), "file_descriptor_response"),
        (request(file_containing_symbol=".agentd.v1.Agent"), NOT_FOUND),
        (request(file_containing_symbol="agentd.v1.Agent"), "file_descriptor_response"),
        (request(file_containing_extension={"containing_type": "agentd.v1.Agent", "extension_number": 7}), NOT_FOUND),
        (request(all_extension_numbers_of_type="agentd.v1.Agent"), "all_extension_numbers_response"),
        (request(all_extension_numbers_of_type="agentd.v1.Nothing"), NOT_FOUND),
        (request(host="localhost"), INVALID_ARGUMENT),
        (request(list_services=""), "list_services_response"),
    ]
    answers = ask([question for question, _ in questions])
    equal(len(answers), len(questions), "the number of answers")
    for answer, (question, expected) in zip(answers, questions):
        equal(answer.original_request, question, "the question")
        equal(answer.valid_host, question.host, "the host")
        kind = answer.WhichOneof("message_response")
        if isinstance(expected, str):
            equal(kind, expected, f"the answer to {question}")
        else:
            equal((kind, answer.error_response.error_code), ("error_response", expected), f"the answer to {question}")
            expect(answer.error_response.error_message, "the error has no message")
    numbers = answers[6].all_extension_numbers_response
    equal((numbers.base_type_name, list(numbers.extension_number)), ("agentd.v1.Agent", []), "the extensions")


@case
def both_packages_say_the_same():
    stable = message_factory.GetMessageClass(pool.FindMessageTypeByName("grpc.reflection.v1.ServerReflectionRequest"))
    answer = message_factory.GetMessageClass(pool.FindMessageTypeByName("grpc.reflection.v1.ServerReflectionResponse"))
    questions = [request(), request(host="x"), request(list_services="")]
    questions += [request(file_containing_symbol=symbol) for symbol in ["agentd.v1.Agent", "x"]]
    newer = ask([stable.FromString(question.SerializeToString()) for question in questions], STABLE, answer)
    older = ask(questions)
    equal([one.SerializeToString() for one in newer], [one.SerializeToString() for one in older], "the answers")


@case
def a_stream_is_as_long_as_the_client_likes():
    answers = ask(request(file_containing_symbol="agentd.v1.TenantService") for _ in range(MANY))
    equal(len(answers), MANY, "the number of answers")
    expect(all(answer == answers[0] for answer in answers), "the answers differ")


@case
def a_stream_without_questions_ends_well():
    equal(ask([]), [], "the answers")


@case
def a_wrong_token_does_not_matter():
    [answer] = ask([request(list_services="")], metadata=[("authorization", "Bearer nobody")])
    equal(len(answer.list_services_response.service), len(SERVICES), "the number of services")


@case
def a_message_that_is_none_ends_the_stream():
    class Broken:
        @staticmethod
        def SerializeToString():
            return b"\x1a\x02\xff\xff"

    refused("INVALID_ARGUMENT", "MESSAGE_INVALID", lambda: ask([Broken]), "BadRequest")


run()
