package import AgentdCore

/// Where agentd listens and with how many threads.
package struct ListenSettings: Sendable {
    package let listen: ListenAddress
    /// Permissions of the socket file, where `listen` is a unix-domain socket.
    package let socketMode: UInt32
    /// Nil when there is to be none.
    package let adminListen: TCPAddress?
    package let eventLoops: Int

    static let entries = [
        listenSetting.entry, socketModeSetting.entry, adminListenSetting.entry, eventLoopsSetting.entry,
    ]

    init(_ reader: inout SettingsReader) {
        listen = reader.value(Self.listenSetting)
        socketMode = reader.value(Self.socketModeSetting)
        adminListen = reader.value(Self.adminListenSetting)
        eventLoops = reader.value(Self.eventLoopsSetting)
        if case .tcp(let address) = listen, address == adminListen, address.port != 0 {
            reader.refuse(
                "AGENTD_LISTEN and AGENTD_ADMIN_LISTEN are both \(address). Give one of them another port, or set "
                    + "AGENTD_ADMIN_LISTEN to `off`.")
        }
    }

    private static let portExpectation = "a host and a port, such as 127.0.0.1:50051 or [::1]:50051"

    private static let listenSetting = {
        let fallback = ListenAddress.tcp(TCPAddress(host: "127.0.0.1", port: 50_051))
        return Setting(
            entry: SettingEntry(
                name: "AGENTD_LISTEN",
                meaning: "Where clients connect: a port, or a unix-domain socket as `unix:/run/agentd/agentd.sock`. "
                    + "Port 0 lets the system choose one; the ready line says which.",
                expected: "\(portExpectation), or \(UnixSocketPath.expectation)", fallback: fallback.description,
                secrecy: .open),
            fallback: fallback, read: { ListenAddress($0) })
    }()
    private static let socketModeSetting = Setting<UInt32>(
        entry: SettingEntry(
            name: "AGENTD_SOCKET_MODE",
            meaning: "Who may connect to the unix-domain socket of AGENTD_LISTEN: the permissions of its file in "
                + "octal digits. 0660 lets the user and the group of agentd, 0666 everybody who can reach its folder.",
            expected: "three octal digits, such as 660, with or without a 0 before them", fallback: "0660",
            secrecy: .open),
        fallback: 0o660,
        read: { text in
            let digits = text.utf8.count == 4 && text.hasPrefix("0") ? text.dropFirst() : text[...]
            guard digits.utf8.count == 3, digits.allSatisfy({ ("0"..."7").contains($0) }) else { return nil }
            return UInt32(digits, radix: 8)
        })
    private static let adminListenSetting = {
        let fallback = TCPAddress(host: "127.0.0.1", port: 9_090)
        return Setting<TCPAddress?>(
            entry: SettingEntry(
                name: "AGENTD_ADMIN_LISTEN",
                meaning:
                    "Where the administrative HTTP server listens: /livez, /readyz, /metrics and /version; `off` for "
                    + "none. It asks nobody for a token: keep it on loopback, or on a network that only monitoring "
                    + "reaches.",
                expected: "a host and a port, such as 127.0.0.1:9090 or [::1]:9090, or off",
                fallback: fallback.description, secrecy: .open),
            fallback: fallback,
            read: { text in text.lowercased() == "off" ? .some(nil) : TCPAddress(text).map { .some($0) } })
    }()
    private static let eventLoopsSetting = Setting.integer(
        "AGENTD_EVENT_LOOPS", 1...64, fallback: 1,
        "Threads that serve calls, each with its own database connections. One for two cores is right: PostgreSQL "
            + "needs the other.")
}
