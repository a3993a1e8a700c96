internal import Messages

extension AgentdClient {
    /// The settings of a tenant: `agentd.v1.TenantSettings`.
    public struct TenantSettings: Sendable, Equatable {
        /// All there are, in a fixed order.
        public let settings: [TenantSetting]
        /// That of the tenant: any change of the tenant changes it.
        public let etag: String

        /// The value in force of a setting such as `max_prompt_bytes`; nil when there is no such setting.
        public subscript(key: String) -> String? { settings.first { $0.key == key }?.value }
    }

    /// A setting of a tenant: `agentd.v1.TenantSetting`. What the daemon sets itself is ignored when it is sent.
    public struct TenantSetting: Sendable, Equatable {
        /// Such as `max_prompt_bytes`.
        public var key: String
        /// What is in force. When it is sent, an empty value takes the setting back to its default.
        public var value: String
        /// Set by the daemon.
        public var defaultValue = ""
        /// Set by the daemon: what a value looks like, as it follows "must be".
        public var expected = ""
        /// Set by the daemon: what it does.
        public var description = ""

        /// - Parameters:
        ///   - key: Such as `max_prompt_bytes`.
        ///   - value: Empty for the default.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }
}

extension AgentdClient.TenantSettings {
    init(_ message: TenantSettingsMessage) {
        settings = message.settings.map { AgentdClient.TenantSetting($0) }
        etag = message.etag
    }
}

extension AgentdClient.TenantSetting {
    fileprivate init(_ message: TenantSettingMessage) {
        self.init(key: message.key, value: message.value)
        defaultValue = message.defaultValue
        expected = message.expected
        description = message.description
    }

    /// What a change sends.
    /// - Parameter field: The path of the setting in the request message.
    func message(_ text: inout TextFields, field: String) -> TenantSettingMessage {
        TenantSettingMessage(key: text.checked(key, "\(field).key"), value: text.checked(value, "\(field).value"))
    }
}
