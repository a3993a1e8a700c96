/// The ways into the daemon, both on one port.
enum Door: CaseIterable, CustomStringConvertible {
    case framed
    case grpc

    /// The one through which calls go.
    @TaskLocal static var current = Door.framed

    var description: String {
        switch self {
        case .framed: "the framed door"
        case .grpc: "the gRPC door"
        }
    }

    /// - Parameters:
    ///   - token: Speaks for somebody in each call that brings none of its own.
    ///   - tenant: Selected in the same way, by slug or id.
    func open(_ port: Int, token: String? = nil, tenant: String? = nil) async throws -> any CallConnection {
        try await open(.port(port), token: token, tenant: tenant)
    }

    func open(
        _ destination: Destination, token: String? = nil, tenant: String? = nil
    ) async throws -> any CallConnection {
        switch self {
        case .framed: try await RawConnection.open(destination, token: token, tenant: tenant)
        case .grpc: try await GRPCConnection.open(destination, token: token, tenant: tenant)
        }
    }
}

extension Daemon {
    /// Opens a connection to the current door.
    /// - Parameters:
    ///   - token: Speaks for somebody in each call that brings none of its own.
    ///   - tenant: Selected in the same way, by slug or id.
    func speak<R>(
        token: String? = nil, tenant: String? = nil, _ body: (Caller) async throws -> R
    ) async throws -> R {
        try await Door.current.open(port, token: token, tenant: tenant).use { try await body(Caller($0)) }
    }
}
