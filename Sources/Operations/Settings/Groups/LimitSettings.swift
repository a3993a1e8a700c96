package import AgentdCore

/// The bounds of the wire. What each is for stands beside it in `WireLimits`.
package struct LimitSettings: Sendable {
    package let wire: WireLimits

    static let entries = [
        messageBytesSetting.entry, inFlightSetting.entry, headerBytesSetting.entry, frameTimeoutSetting.entry,
        idleTimeoutSetting.entry, connectionsSetting.entry, openStreamsSetting.entry, bufferedBytesSetting.entry,
        defaultDeadlineSetting.entry, maximumDeadlineSetting.entry,
    ]

    private static let standard = WireLimits()

    init(_ reader: inout SettingsReader) {
        var wire = WireLimits()
        wire.messageBytes = reader.value(Self.messageBytesSetting)
        wire.callsInFlight = reader.value(Self.inFlightSetting)
        wire.headerBytes = reader.value(Self.headerBytesSetting)
        wire.frameTimeoutMilliseconds = reader.value(Self.frameTimeoutSetting)
        wire.idleTimeoutMilliseconds = reader.value(Self.idleTimeoutSetting)
        wire.connections = reader.value(Self.connectionsSetting)
        wire.bufferedBytes = reader.value(Self.bufferedBytesSetting)
        wire.openStreams = reader.value(Self.openStreamsSetting)
        wire.defaultDeadlineMilliseconds = reader.value(Self.defaultDeadlineSetting)
        wire.maximumDeadlineMilliseconds = reader.value(Self.maximumDeadlineSetting)
        if wire.defaultDeadlineMilliseconds > wire.maximumDeadlineMilliseconds {
            let (standard, longest) = (wire.defaultDeadlineMilliseconds, wire.maximumDeadlineMilliseconds)
            reader.refuse(
                "AGENTD_DEFAULT_DEADLINE (\(DurationText.text(milliseconds: standard))) is longer than "
                    + "AGENTD_MAX_DEADLINE (\(DurationText.text(milliseconds: longest))); it must not be.")
        }
        self.wire = wire
    }

    private static let messageBytesSetting = Setting.integer(
        "AGENTD_MAX_MESSAGE_BYTES", 1_024...(64 << 20), fallback: standard.messageBytes,
        "The longest message, in bytes.")
    private static let inFlightSetting = Setting.integer(
        "AGENTD_MAX_IN_FLIGHT", 1...65_536, fallback: standard.callsInFlight,
        "Calls in flight on one connection. How many of them may wait is said by AGENTD_DB_QUEUE."
    ).changingAtRunTime
    private static let headerBytesSetting = Setting.integer(
        "AGENTD_MAX_HEADER_BYTES", 256...(1 << 20), fallback: standard.headerBytes,
        "Bytes of the headers of one call: keys, values and 32 for each.")
    private static let frameTimeoutSetting = Setting.duration(
        "AGENTD_FRAME_TIMEOUT", 100...600_000, fallback: standard.frameTimeoutMilliseconds,
        "How long a client may take for its first frame, and for a frame that it began."
    ).changingAtRunTime
    private static let idleTimeoutSetting = Setting.duration(
        "AGENTD_IDLE_TIMEOUT", 1_000...86_400_000, fallback: standard.idleTimeoutMilliseconds,
        "After how long a connection that is silent and has no call in flight is closed."
    ).changingAtRunTime
    private static let connectionsSetting = Setting.integer(
        "AGENTD_MAX_CONNECTIONS", 1...1_000_000, fallback: standard.connections, "Client connections in total."
    ).changingAtRunTime
    private static let openStreamsSetting = Setting.integer(
        "AGENTD_MAX_OPEN_STREAMS", 1...1_000_000, fallback: standard.openStreams,
        "Streams that may be open over all connections: watches of health, and reflection."
    ).changingAtRunTime
    private static let bufferedBytesSetting = Setting.integer(
        "AGENTD_MAX_BUFFERED_BYTES", (1 << 20)...(1 << 40), fallback: standard.bufferedBytes,
        "Bytes of requests that are not answered yet, and of answers that are not read yet, over all connections. When "
            + "there are more, the connections that they belong to are closed, beginning with the largest.")
    private static let defaultDeadlineSetting = Setting.duration(
        "AGENTD_DEFAULT_DEADLINE", 1...86_400_000, fallback: standard.defaultDeadlineMilliseconds,
        "The deadline of a call that names none."
    ).changingAtRunTime
    private static let maximumDeadlineSetting = Setting.duration(
        "AGENTD_MAX_DEADLINE", 1...86_400_000, fallback: standard.maximumDeadlineMilliseconds,
        "The longest deadline that a call may ask for; a longer one is cut to it."
    ).changingAtRunTime
}
