// Creates agents and reads them, with k6 as it is: https://grafana.com/docs/k6/latest/javascript-api/k6-net-grpc/
//
//   AGENTD_TARGET=127.0.0.1:50051 AGENTD_TOKEN=... k6 run Tests/k6/get_agent.js
//
// AGENTD_SCHEMAS is the folder of the schema files; without it the daemon is asked for them (reflection).
import { check } from "k6";
import { Client, StatusInvalidArgument, StatusNotFound, StatusOK } from "k6/net/grpc";

export const options = {
  vus: 8,
  iterations: 300,
  thresholds: {
    checks: ["rate==1"],
    iterations: ["count==300"],
  },
};

const service = "agentd.v1.AgentService";
const client = new Client();
if (__ENV.AGENTD_SCHEMAS) {
  client.load([__ENV.AGENTD_SCHEMAS], "agentd/v1/agents.proto");
}

export default function () {
  if (__ITER === 0) {
    client.connect(__ENV.AGENTD_TARGET, { plaintext: true, reflect: !__ENV.AGENTD_SCHEMAS });
  }
  const call = (method, request) =>
    client.invoke(`${service}/${method}`, request, {
      metadata: { authorization: `Bearer ${__ENV.AGENTD_TOKEN}` },
      timeout: "30s",
    });

  const name = `k6 ${__VU}-${__ITER}`;
  const created = call("CreateAgent", { agent: { name: name, agent_type: "AGENT_TYPE_RESEARCH" } });
  check(created, { "an agent is created": (answer) => answer.status === StatusOK });
  const read = call("GetAgent", { id: created.message.id });
  check(read, {
    "it is read": (answer) => answer.status === StatusOK,
    "it is the same": (answer) => answer.message.name === name,
  });
  const missing = call("GetAgent", { id: "4611686018427387904" });
  check(missing, { "what is not there is not found": (answer) => answer.status === StatusNotFound });
  const invalid = call("CreateAgent", { agent: { agent_type: "AGENT_TYPE_RESEARCH" } });
  check(invalid, { "a name is needed": (answer) => answer.status === StatusInvalidArgument });
}
