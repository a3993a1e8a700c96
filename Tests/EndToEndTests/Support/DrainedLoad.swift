internal import AgentdCore
internal import Messages
internal import NIOCore

/// Creates on one connection until the daemon lets go of it.
struct DrainedLoad: Sendable {
    /// Names of agents whose create succeeded.
    var acknowledged: [String] = []
    /// Ids of requests that were not answered before the connection ended.
    var unanswered: [UInt64] = []
    /// The reasons of those that were answered with an error.
    var refusals: [String] = []
    /// Of the daemon's `GoAway`.
    var lastID: UInt64?

    private static let writers = 8

    static func run(on connection: RawConnection, named name: String, counting: Counter) async throws -> DrainedLoad {
        let ids = Counter()
        var load = try await withThrowingTaskGroup(of: DrainedLoad.self) { group in
            for _ in 0..<writers {
                group.addTask {
                    var part = DrainedLoad()
                    while try await part.createOne(on: connection, ids.next(), named: name) { _ = counting.next() }
                    return part
                }
            }
            return try await group.reduce(into: DrainedLoad()) { $0.add($1) }
        }
        while let received = try await connection.next() {
            if case .goAway(let lastID, _) = received.frame { load.lastID = lastID }
        }
        return load
    }

    /// - Returns: Whether to go on.
    private mutating func createOne(on connection: RawConnection, _ id: UInt64, named name: String) async throws -> Bool
    {
        var request = CreateAgentRequest()
        var agent = AgentMessage()
        agent.name = "\(name)-\(id)"
        agent.agentType = AgentType.research.rawValue
        request.agent = agent
        do {
            let response = try await connection.call(id, "/agentd.v1.AgentService/CreateAgent", request)
            guard response.code == 0 else {
                refusals.append(try Refusal(response).reason)
                return false
            }
            acknowledged.append(agent.name)
            return true
        } catch is RawConnection.Closed {
            unanswered.append(id)
        } catch is ChannelError {
            unanswered.append(id)
        } catch is IOError {
            unanswered.append(id)
        }
        return false
    }

    private mutating func add(_ other: DrainedLoad) {
        acknowledged += other.acknowledged
        unanswered += other.unanswered
        refusals += other.refusals
    }
}
