/// Where agentd listens and with how many threads.
package struct ListenSettings: Sendable {
    package let listen: ListenAddress
    /// Checked already, so that a wrong one is not found later; nothing listens there in this version.
    package let adminListen: ListenAddress
    package let eventLoops: Int

    static let entries = [listenSetting.entry, adminListenSetting.entry, eventLoopsSetting.entry]

    init(_ reader: inout SettingsReader) {
        listen = reader.value(Self.listenSetting)
        adminListen = reader.value(Self.adminListenSetting)
        eventLoops = reader.value(Self.eventLoopsSetting)
    }

    private static let listenSetting = address(
        "AGENTD_LISTEN", host: "127.0.0.1", port: 50_051,
        "Where clients connect. Port 0 lets the system choose one; the ready line says which.")
    private static let adminListenSetting = address(
        "AGENTD_ADMIN_LISTEN", host: "127.0.0.1", port: 9_090,
        "Reserved for the administrative HTTP server, which this version does not have yet: nothing listens there.")
    private static let eventLoopsSetting = Setting.integer(
        "AGENTD_EVENT_LOOPS", 1...64, fallback: 1,
        "Threads that serve calls, each with its own database connections. One for two cores is right: PostgreSQL "
            + "needs the other.")

    private static func address(
        _ name: String, host: String, port: Int, _ meaning: String
    ) -> Setting<ListenAddress> {
        let fallback = ListenAddress(host: host, port: port)
        return Setting(
            entry: SettingEntry(
                name: name, meaning: meaning, expected: "a host and a port, such as 127.0.0.1:50051 or [::1]:50051",
                fallback: fallback.description, secrecy: .open),
            fallback: fallback, read: { ListenAddress($0) })
    }
}
