internal import AgentdClient

/// Makes the wires of a run's connections, which share what can be encoded before.
enum WireFactory {
    static func wires(
        plan: LoadPlan, targets: [LoadTarget], configuration: AgentdClient.Configuration
    ) -> () throws(LoadProblem) -> any Wire {
        let messages = RequestMessages(targets: targets, mix: plan.mix)
        switch plan.door {
        case .framed:
            let requests = FramedRequests(targets: targets)
            return { () throws(LoadProblem) in FramedWire(requests: requests, messages: messages) }
        case .grpc:
            let requests = GRPCRequests(targets: targets, configuration: configuration)
            return { () throws(LoadProblem) in try GRPCWire(requests: requests, messages: messages) }
        }
    }
}
