"""A conversation with a running agentd, as a client in another language has it.

    AGENTD_TOKEN=... [AGENTD_OTHER_TOKEN=...] python conversation.py HOST:PORT

AGENTD_TOKEN is the token of any user; AGENTD_OTHER_TOKEN that of a user of another tenant, to see that nothing is seen.
Prints a line for each step that went as PROTOCOL.md says, and ends with 1 and a sentence at the first that did not.
"""

import os
import socket
import struct
import sys
import time
import uuid

from agentd_client import AgentdClient, AgentdError, ClientFrame, ConnectionEnded, ServerFrame
from schemas import message

AGENTS = "/agentd.v1.AgentService/"
Agent = message("agentd.v1.Agent")
GetAgentRequest = message("agentd.v1.GetAgentRequest")
CreateAgentRequest = message("agentd.v1.CreateAgentRequest")
UpdateAgentRequest = message("agentd.v1.UpdateAgentRequest")
DeleteAgentRequest = message("agentd.v1.DeleteAgentRequest")
UndeleteAgentRequest = message("agentd.v1.UndeleteAgentRequest")
BatchGetAgentsRequest = message("agentd.v1.BatchGetAgentsRequest")
ListAgentsRequest = message("agentd.v1.ListAgentsRequest")
HealthCheckRequest = message("grpc.health.v1.HealthCheckRequest")
WhoAmIRequest = message("agentd.v1.WhoAmIRequest")

# Names of one run, so that it can be repeated on the same database.
RUN = uuid.uuid4().hex[:12]


class Different(Exception):
    """Something is not as PROTOCOL.md says."""


def expect(condition, what):
    if not condition:
        raise Different(what)


def equal(actual, expected, what):
    expect(actual == expected, f"{what} is {actual!r}, expected {expected!r}")


def refused(code, reason, call):
    """The error of a call that must fail."""
    try:
        answer = call()
    except AgentdError as error:
        equal((error.code, error.reason), (code, reason), "the error")
        equal(error.status_code, code, "the code of the google.rpc.Status")
        equal(error.domain, "agentd", "ErrorInfo.domain")
        expect(error.message, "the error has no sentence")
        return error
    raise Different(f"answered {answer!r}, expected {code} {reason}")


class Conversation:
    def __init__(self, address, token, other_token):
        self.address = address
        self.headers = {"authorization": f"Bearer {token}"}
        self.other_token = other_token

    def run(self):
        with AgentdClient(self.address, self.headers) as self.client:
            for step in (
                self.hello,
                self.ping,
                self.health,
                self.who_am_i,
                self.headers_of_a_request,
                self.create,
                self.get,
                self.update,
                self.pages,
                self.batch,
                self.errors,
                self.answers_out_of_order,
                self.cancel,
                self.deadline,
                self.delete,
                self.other_tenant,
            ):
                self.step(step)
            equal(self.client.go_away, None, "GoAway")
        self.step(self.without_hello)
        self.step(self.broken_protocol)

    def step(self, step):
        name = step.__name__.replace("_", " ")
        try:
            print(f"ok {name}: {step()}", flush=True)
        except (Different, AgentdError, ConnectionEnded) as error:
            raise Different(f"{name}: {error}") from error

    def call(self, method, request, **options):
        return self.client.call(AGENTS + method, request, **options)

    # ---- The connection

    def hello(self):
        welcome = self.client.welcome
        equal(welcome.version, 1, "the version")
        expect(welcome.max_message_bytes > 0 and welcome.max_in_flight > 0, f"the limits are {welcome}")
        return f"{welcome.max_message_bytes} bytes a message, {welcome.max_in_flight} calls in flight"

    def ping(self):
        for token in (1, 2**64 - 1, 0):
            equal(self.client.ping(token), token, "the token of Pong")
        return "three times"

    def health(self):
        answer = self.client.call("/grpc.health.v1.Health/Check", HealthCheckRequest())
        equal(answer.status, 1, "the status")
        return "SERVING"

    def who_am_i(self):
        answer = self.client.call("/agentd.v1.UserService/WhoAmI", WhoAmIRequest())
        self.user = answer.user
        expect(answer.user.id > 0, "the user has no id")
        equal(answer.user.tenant_id, answer.tenant.id, "the tenant of the user")
        return f"user {answer.user.id} of {answer.tenant.slug}"

    def headers_of_a_request(self):
        name = f"conversation-{RUN}"
        future = self.client.start("/agentd.v1.UserService/WhoAmI", WhoAmIRequest(), {"x-request-id": name})
        future.result(30)
        equal(future.headers["x-request-id"], name.encode(), "the x-request-id of the answer")
        future = self.client.start("/agentd.v1.UserService/WhoAmI", WhoAmIRequest())
        future.result(30)
        uuid.UUID(future.headers["x-request-id"].decode())
        wrong = {"authorization": "Bearer nobody"}
        refused(
            "UNAUTHENTICATED",
            "TOKEN_INVALID",
            lambda: self.client.call("/agentd.v1.UserService/WhoAmI", WhoAmIRequest(), wrong),
        )
        return "the daemon names calls, and a request's headers go before those of Hello"

    # ---- Agents

    def create(self):
        request = CreateAgentRequest(request_id=str(uuid.uuid4()))
        request.agent.name = f"{RUN} Zoë's \"first\" 👩‍🚀"
        request.agent.agent_type = 4
        request.agent.system_prompt = "Answer in 日本語.\n" * 500
        request.agent.config = '{"temperature":  0.50, "stop": ["\\u00e9"]}'
        payload = request.SerializeToString()
        self.agent = self.call("CreateAgent", request)
        expect(self.agent.id > 0 and self.agent.etag, "the agent has no id or no etag")
        equal(self.agent.owner_id, self.user.id, "the owner")
        equal(self.agent.tenant_id, self.user.tenant_id, "the tenant")
        equal(self.agent.name, request.agent.name, "the name")
        equal(self.agent.system_prompt, request.agent.system_prompt, "the prompt")
        equal(self.agent.config, request.agent.config, "the configuration")
        equal(self.agent.status, 1, "the status")
        expect(abs(self.agent.create_time.ToSeconds() - time.time()) < 3_600, "the time of creation is wrong")
        again = Agent.FromString(self.client.call(AGENTS + "CreateAgent", payload))
        equal(again, self.agent, "the answer to the same request_id")
        request.agent.name += " other"
        refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED", lambda: self.call("CreateAgent", request))
        return f"agent {self.agent.id}, once for two calls with one request_id"

    def get(self):
        equal(self.call("GetAgent", GetAgentRequest(id=self.agent.id)), self.agent, "the agent")
        return "the same agent"

    def update(self):
        request = UpdateAgentRequest()
        request.agent.id = self.agent.id
        request.agent.etag = self.agent.etag
        request.agent.name = f"{RUN} renamed"
        request.agent.status = 2
        request.update_mask.paths.extend(["name", "description"])
        changed = self.call("UpdateAgent", request)
        equal(changed.name, f"{RUN} renamed", "the name")
        equal(changed.status, 1, "the status, which is not in the mask,")
        equal(changed.system_prompt, self.agent.system_prompt, "the prompt, which is not in the mask,")
        expect(changed.etag != self.agent.etag, "the etag did not change")
        error = refused("ABORTED", "ETAG_MISMATCH", lambda: self.call("UpdateAgent", request))
        expect("google.rpc.RetryInfo" in error.details, "the error has no RetryInfo")
        request.agent.etag = ""
        request.update_mask.paths[:] = ["name", "owner_id", "nonsense"]
        error = refused("INVALID_ARGUMENT", "FIELD_INVALID", lambda: self.call("UpdateAgent", request))
        paths = [path for path, _ in error.violations]
        equal(paths, ["update_mask.paths[1]", "update_mask.paths[2]"], "the paths that are wrong")
        self.agent = changed
        return "name alone, as the mask says; a stale etag and wrong paths are refused"

    def pages(self):
        for number in range(5):
            request = CreateAgentRequest(request_id=str(uuid.uuid4()))
            request.agent.name = f"{RUN} page {number}"
            request.agent.agent_type = 5
            self.call("CreateAgent", request)
        wanted = f'name = "{RUN} page*" AND agent_type = RESEARCH'
        query = ListAgentsRequest(page_size=2, filter=wanted, order_by="name desc")
        names, pages = [], 0
        while True:
            page = self.call("ListAgents", query)
            expect(len(page.agents) <= 2, "a page is longer than asked for")
            names += [agent.name for agent in page.agents]
            pages += 1
            if not page.next_page_token:
                break
            query.page_token = page.next_page_token
            token = page.next_page_token
        equal(names, [f"{RUN} page {number}" for number in (4, 3, 2, 1, 0)], "the names of the list")
        other = ListAgentsRequest(page_size=2, page_token=token, order_by="name")
        refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID", lambda: self.call("ListAgents", other))
        other = ListAgentsRequest(page_size=-1, filter="name ~ x", order_by="colour")
        error = refused("INVALID_ARGUMENT", "FIELD_INVALID", lambda: self.call("ListAgents", other))
        equal({path for path, _ in error.violations}, {"page_size", "filter", "order_by"}, "the paths that are wrong")
        return f"{len(names)} agents on {pages} pages"

    def batch(self):
        ids = [self.agent.id, 2**62, self.agent.id]
        answer = self.call("BatchGetAgents", BatchGetAgentsRequest(ids=ids))
        equal([agent.id for agent in answer.agents], [self.agent.id] * 2, "the ids found")
        equal(list(answer.missing_ids), [2**62], "the ids missing")
        return "two found, one missing"

    # ---- What goes wrong

    def errors(self):
        error = refused("NOT_FOUND", "AGENT_NOT_FOUND", lambda: self.call("GetAgent", GetAgentRequest(id=2**62)))
        expect("google.rpc.ResourceInfo" in error.details, "the error has no ResourceInfo")
        request = CreateAgentRequest(request_id="no-uuid")
        request.agent.config = "[]"
        error = refused("INVALID_ARGUMENT", "FIELD_INVALID", lambda: self.call("CreateAgent", request))
        paths = {path for path, _ in error.violations}
        equal(paths, {"request_id", "agent.name", "agent.agent_type", "agent.config"}, "the paths that are wrong")
        for text in (b"\xff", b"\xed\xa0\x80", b"a\x00b"):
            agent = b"\x22" + bytes([len(text)]) + text
            payload = b"\x0a" + bytes([len(agent)]) + agent
            error = refused(
                "INVALID_ARGUMENT", "MESSAGE_INVALID", lambda: self.client.call(AGENTS + "CreateAgent", payload)
            )
            equal([path for path, _ in error.violations], ["agent.name"], "the path that is wrong")
        refused("INVALID_ARGUMENT", "MESSAGE_INVALID", lambda: self.client.call(AGENTS + "GetAgent", b"\x08"))
        refused("UNIMPLEMENTED", "METHOD_UNKNOWN", lambda: self.client.call("/agentd.v1.AgentService/Nothing", b""))
        key = {"Authorization": "Bearer x"}
        refused("INVALID_ARGUMENT", "HEADER_INVALID", lambda: self.call("GetAgent", GetAgentRequest(id=1), headers=key))
        large = {"x-large": "x" * 70_000}
        too_long = b"\x08" * (self.client.welcome.max_message_bytes + 1)
        refused("RESOURCE_EXHAUSTED", "MESSAGE_TOO_LARGE", lambda: self.client.call(AGENTS + "GetAgent", too_long))
        get = GetAgentRequest(id=1)
        refused("RESOURCE_EXHAUSTED", "HEADERS_TOO_LARGE", lambda: self.call("GetAgent", get, headers=large))
        return "each with its code, its reason and its details"

    def answers_out_of_order(self):
        """Calls that need the database, and behind them one that does not, sent with one write."""
        for _ in range(50):
            calls = [self.client.prepare(AGENTS + "GetAgent", GetAgentRequest(id=self.agent.id)) for _ in range(20)]
            calls.append(self.client.prepare("/grpc.health.v1.Health/Check", HealthCheckRequest()))
            del self.client.answered[:]
            self.client.send(*(frame for frame, _ in calls))
            answers = [future.result(30) for _, future in calls]
            equal(answers[:-1], [self.agent] * 20, "the agents")
            equal(answers[-1].status, 1, "the status")
            ids = [future.id for _, future in calls]
            equal(sorted(self.client.answered), ids, "the ids that were answered")
            if self.client.answered != ids:
                return f"call {ids[-1]} did not wait for those from {ids[0]} on"
        raise Different("answers never came in another order than the calls")

    def cancel(self):
        cancelled = 0
        for _ in range(50):
            frame, future = self.client.prepare(AGENTS + "ListAgents", ListAgentsRequest())
            cancel = ClientFrame()
            cancel.cancel.id = future.id
            self.client.send(frame, cancel)
            try:
                future.result(30)
            except AgentdError as error:
                equal((error.code, error.reason), ("CANCELLED", "CANCELLED"), "the error")
                cancelled += 1
        expect(cancelled > 0, "none of 50 calls was cancelled")
        self.client.cancel(future)
        equal(self.client.ping(7), 7, "the token of Pong, after a Cancel for nothing")
        return f"{cancelled} of 50"

    def deadline(self):
        """Every call is answered; some too late."""
        for _ in range(50):
            calls = [self.client.start(AGENTS + "ListAgents", ListAgentsRequest(), timeout_ms=1) for _ in range(64)]
            late = 0
            for future in calls:
                try:
                    future.result(30)
                except AgentdError as error:
                    equal((error.code, error.reason), ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"), "the error")
                    late += 1
            if late > 0:
                return f"{late} of 64 calls took more than a millisecond"
        raise Different("none of 3,200 calls took more than a millisecond")

    def delete(self):
        deleted = self.call("DeleteAgent", DeleteAgentRequest(id=self.agent.id, etag=self.agent.etag))
        expect(not deleted.is_active and deleted.HasField("delete_time"), "the agent is not deleted")
        refused("NOT_FOUND", "AGENT_NOT_FOUND", lambda: self.call("GetAgent", GetAgentRequest(id=self.agent.id)))
        query = ListAgentsRequest(filter=f'name = "{self.agent.name}"')
        equal(len(self.call("ListAgents", query).agents), 0, "the number of agents")
        query.show_deleted = True
        equal([agent.id for agent in self.call("ListAgents", query).agents], [self.agent.id], "the deleted agents")
        back = self.call("UndeleteAgent", UndeleteAgentRequest(id=self.agent.id))
        expect(back.is_active and not back.HasField("delete_time"), "the agent is still deleted")
        refused(
            "FAILED_PRECONDITION",
            "AGENT_NOT_DELETED",
            lambda: self.call("UndeleteAgent", UndeleteAgentRequest(id=self.agent.id)),
        )
        return "and taken back"

    def other_tenant(self):
        if not self.other_token:
            return "skipped, AGENTD_OTHER_TOKEN is not set"
        headers = {"authorization": f"Bearer {self.other_token}"}
        get = GetAgentRequest(id=self.agent.id)
        theirs = refused("NOT_FOUND", "AGENT_NOT_FOUND", lambda: self.call("GetAgent", get, headers=headers))
        get.id = 2**62
        nobodys = refused("NOT_FOUND", "AGENT_NOT_FOUND", lambda: self.call("GetAgent", get, headers=headers))
        equal(theirs.message, nobodys.message, "what is said of another tenant's agent")
        equal(theirs.details, nobodys.details, "the details of another tenant's agent")
        selected = dict(headers, **{"x-agentd-tenant": self.user.tenant_id})
        refused("PERMISSION_DENIED", "TENANT_MISMATCH", lambda: self.call("GetAgent", get, headers=selected))
        return "sees nothing, not even that there is something"

    # ---- Other connections

    def without_hello(self):
        with AgentdClient(self.address) as client:
            refused("UNAUTHENTICATED", "TOKEN_MISSING", lambda: client.call(AGENTS + "GetAgent", GetAgentRequest(id=1)))
            agent = client.call(AGENTS + "GetAgent", GetAgentRequest(id=self.agent.id), self.headers)
            equal(agent.id, self.agent.id, "the id")
            hello = ClientFrame()
            hello.hello.version = 1
            client.send(hello)
            self.ended(client, "HELLO_NOT_FIRST", last_id=2)
        return "the token may come with each request; a late Hello ends the connection"

    def broken_protocol(self):
        frames = {
            "COMPRESSION_UNSUPPORTED": b"\x01\x00\x00\x00\x00",
            "FRAME_FLAGS_INVALID": b"\x7f\x00\x00\x00\x00",
            "FRAME_TOO_LARGE": b"\x00\xff\xff\xff\xff",
            "FRAME_MALFORMED": b"\x00\x00\x00\x00\x01\x12",
            "FRAME_UNKNOWN": b"\x00\x00\x00\x00\x00",
            "VERSION_UNSUPPORTED": b"\x00\x00\x00\x00\x02\x0a\x00",
            "REQUEST_ID_ZERO": b"\x00\x00\x00\x00\x02\x12\x00",
        }
        for reason, data in frames.items():
            host, _, port = self.address.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), timeout=30) as connection:
                connection.sendall(data)
                stream = b"".join(iter(lambda: connection.recv(4_096), b""))
            expect(len(stream) >= 5, f"{reason}: nothing came back")
            flags, length = struct.unpack(">BI", stream[:5])
            equal((flags, length), (0, len(stream) - 5), f"{reason}: the frame")
            frame = ServerFrame.FromString(stream[5:])
            equal((frame.go_away.reason, frame.go_away.last_id), (reason, 0), "GoAway")
        return "each kind ends the connection with its reason"

    def ended(self, client, reason, last_id):
        try:
            client.ping(99)
        except ConnectionEnded:
            pass
        else:
            raise Different("the connection did not end")
        equal((client.go_away.reason, client.go_away.last_id), (reason, last_id), "GoAway")


def main():
    if len(sys.argv) != 2 or "AGENTD_TOKEN" not in os.environ:
        sys.exit("usage: AGENTD_TOKEN=... [AGENTD_OTHER_TOKEN=...] python conversation.py HOST:PORT")
    try:
        Conversation(sys.argv[1], os.environ["AGENTD_TOKEN"], os.environ.get("AGENTD_OTHER_TOKEN")).run()
    except (Different, OSError) as error:
        sys.exit(f"different: {error}")


if __name__ == "__main__":
    main()
