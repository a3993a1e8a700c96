package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.TenantStats` as a client reads it.
package struct TenantStatsMessage: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__tenant_stats__init)

    package let tenantID: String
    package let readTime: Timestamp?
    /// As the daemon counted them; a newer one may know more statuses than there are in `agents`.
    package let agentsTotal: Int64
    package var agents = TenantStats.Agents()
    package var users = TenantStats.Users()
    package var tokens = TenantStats.Tokens()
    package let storageBytes: Int64
    package let lastHour: CallCountsMessage
    package let lastDay: CallCountsMessage
    /// The four breakdowns are empty unless they were asked for and allowed.
    package let byType: [TenantStats.Part]
    package let byStatus: [TenantStats.Part]
    package let byOwner: [TenantStats.Part]
    package let byDay: [TenantStats.Day]

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__TenantStats.self).pointee
        tenantID = String(cString: message.tenant_id)
        readTime = try timestamp(message.read_time, field: "read_time")
        agentsTotal = message.agents?.pointee.total ?? 0
        if let counts = message.agents?.pointee {
            agents.draft = counts.draft
            agents.active = counts.active
            agents.paused = counts.paused
            agents.archived = counts.archived
            agents.deleted = counts.deleted
        }
        if let counts = message.users?.pointee {
            users.total = counts.total
            users.active = counts.active
            users.administrators = counts.administrators
            users.deleted = counts.deleted
        }
        if let counts = message.tokens?.pointee {
            tokens.valid = counts.valid
            tokens.expired = counts.expired
            tokens.revoked = counts.revoked
        }
        storageBytes = message.storage_bytes
        lastHour = CallCountsMessage(message.last_hour)
        lastDay = CallCountsMessage(message.last_day)
        byType = Self.parts(message.n_by_type, message.by_type)
        byStatus = Self.parts(message.n_by_status, message.by_status)
        byOwner = Self.parts(message.n_by_owner, message.by_owner)
        byDay = Self.days(message.n_by_day, message.by_day)
    }

    private static func parts(
        _ count: Int, _ parts: UnsafeMutablePointer<UnsafeMutablePointer<Agentd__V1__AgentBreakdown>?>?
    ) -> [TenantStats.Part] {
        (0..<count).compactMap { parts?[$0]?.pointee }.map { part in
            TenantStats.Part(key: String(cString: part.key), agents: part.agents, storageBytes: part.storage_bytes)
        }
    }

    private static func days(
        _ count: Int, _ days: UnsafeMutablePointer<UnsafeMutablePointer<Agentd__V1__DayBreakdown>?>?
    ) -> [TenantStats.Day] {
        (0..<count).compactMap { days?[$0]?.pointee }.map { day in
            TenantStats.Day(date: String(cString: day.date), created: day.created, deleted: day.deleted)
        }
    }
}

/// `agentd.v1.CallCounts` as a client reads it.
package struct CallCountsMessage: Sendable, Equatable {
    package let calls: Int64
    package let errors: Int64
    /// Nil without calls.
    package let meanLatencyMicroseconds: Int64?

    fileprivate init(_ message: UnsafeMutablePointer<Agentd__V1__CallCounts>?) {
        calls = message?.pointee.calls ?? 0
        errors = message?.pointee.errors ?? 0
        meanLatencyMicroseconds = message?.pointee.mean_latency.map { duration in
            let seconds = min(max(duration.pointee.seconds, 0), 315_576_000_000)
            return seconds * 1_000_000 + Int64(duration.pointee.nanos) / 1_000
        }
    }
}

extension TenantStats: EncodableMessage {
    package static var schema: MessageSchema { TenantStatsMessage.schema }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__tenant_stats__init)
        message.pointee.tenant_id = builder.text(tenantID.description)
        message.pointee.read_time = builder.timestamp(readTime)
        message.pointee.agents = builder.agentCounts(agents)
        message.pointee.users = builder.userCounts(users)
        message.pointee.tokens = builder.tokenCounts(tokens)
        message.pointee.storage_bytes = storageBytes
        message.pointee.last_hour = builder.callCounts(lastHour)
        message.pointee.last_day = builder.callCounts(lastDay)
        guard let breakdowns else { return MessageView(pointer: message) }
        message.pointee.n_by_type = breakdowns.byType.count
        message.pointee.by_type = builder.pointers(breakdowns.byType.map { builder.part($0) })
        message.pointee.n_by_status = breakdowns.byStatus.count
        message.pointee.by_status = builder.pointers(breakdowns.byStatus.map { builder.part($0) })
        message.pointee.n_by_owner = breakdowns.byOwner.count
        message.pointee.by_owner = builder.pointers(breakdowns.byOwner.map { builder.part($0) })
        message.pointee.n_by_day = breakdowns.byDay.count
        message.pointee.by_day = builder.pointers(breakdowns.byDay.map { builder.day($0) })
        return MessageView(pointer: message)
    }
}

extension MessageBuilder {
    fileprivate func agentCounts(_ counts: TenantStats.Agents) -> UnsafeMutablePointer<Agentd__V1__AgentCounts> {
        let message = make(agentd__v1__agent_counts__init)
        message.pointee.total = counts.total
        message.pointee.draft = counts.draft
        message.pointee.active = counts.active
        message.pointee.paused = counts.paused
        message.pointee.archived = counts.archived
        message.pointee.deleted = counts.deleted
        return message
    }

    fileprivate func userCounts(_ counts: TenantStats.Users) -> UnsafeMutablePointer<Agentd__V1__UserCounts> {
        let message = make(agentd__v1__user_counts__init)
        message.pointee.total = counts.total
        message.pointee.active = counts.active
        message.pointee.administrators = counts.administrators
        message.pointee.deleted = counts.deleted
        return message
    }

    fileprivate func tokenCounts(_ counts: TenantStats.Tokens) -> UnsafeMutablePointer<Agentd__V1__TokenCounts> {
        let message = make(agentd__v1__token_counts__init)
        message.pointee.valid = counts.valid
        message.pointee.expired = counts.expired
        message.pointee.revoked = counts.revoked
        return message
    }

    fileprivate func callCounts(_ counts: TenantStats.Calls) -> UnsafeMutablePointer<Agentd__V1__CallCounts> {
        let message = make(agentd__v1__call_counts__init)
        message.pointee.calls = counts.calls
        message.pointee.errors = counts.errors
        guard counts.calls > 0 else { return message }
        let microseconds = counts.latencyMicroseconds / counts.calls
        let duration = make(google__protobuf__duration__init)
        duration.pointee.seconds = microseconds / 1_000_000
        duration.pointee.nanos = Int32(microseconds % 1_000_000 * 1_000)
        message.pointee.mean_latency = duration
        return message
    }

    fileprivate func part(_ part: TenantStats.Part) -> UnsafeMutablePointer<Agentd__V1__AgentBreakdown> {
        let message = make(agentd__v1__agent_breakdown__init)
        message.pointee.key = text(part.key)
        message.pointee.agents = part.agents
        message.pointee.storage_bytes = part.storageBytes
        return message
    }

    fileprivate func day(_ day: TenantStats.Day) -> UnsafeMutablePointer<Agentd__V1__DayBreakdown> {
        let message = make(agentd__v1__day_breakdown__init)
        message.pointee.date = text(day.date)
        message.pointee.created = day.created
        message.pointee.deleted = day.deleted
        return message
    }
}

package struct GetTenantStatsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__get_tenant_stats_request__init)

    /// The number of `agentd.v1.TenantStatsView`.
    package var view: Int32 = 0

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__GetTenantStatsRequest.self).pointee
        self.view = Int32(bitPattern: message.view.rawValue)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__get_tenant_stats_request__init)
        message.pointee.view = Agentd__V1__TenantStatsView(rawValue: UInt32(bitPattern: view))
        return MessageView(pointer: message)
    }
}
