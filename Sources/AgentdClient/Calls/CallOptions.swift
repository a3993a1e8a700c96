internal import Messages

extension AgentdClient {
    /// What one call does otherwise than the configuration says.
    public struct CallOptions: Sendable, Equatable {
        /// How long the call may take, all its attempts together.
        public var timeout: Duration?
        /// Another token: the call is made for whom it speaks for.
        public var token: String?
        /// Another tenant, by id or slug, for a system administrator.
        public var tenant: String?
        /// `x-request-id`, under which the daemon's log knows the call; the daemon makes one when there is none.
        public var callID: String?

        /// As the configuration says.
        public static var standard: CallOptions { CallOptions() }

        /// - Parameters:
        ///   - timeout: How long the call may take.
        ///   - token: Another token.
        ///   - tenant: Another tenant.
        ///   - callID: `x-request-id`.
        public init(timeout: Duration? = nil, token: String? = nil, tenant: String? = nil, callID: String? = nil) {
            self.timeout = timeout
            self.token = token
            self.tenant = tenant
            self.callID = callID
        }

        /// The headers that the request itself carries.
        var headers: [Header] {
            let headers = AgentdClient.headers(token: token, tenant: tenant)
            return callID.map { headers + [Header("x-request-id", $0)] } ?? headers
        }
    }
}
