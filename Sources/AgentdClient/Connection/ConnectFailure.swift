internal import AgentdCore
internal import NIOCore
internal import NIOPosix

/// Why a connection could not be made, or has ended.
struct ConnectFailure: Equatable {
    let kind: AgentdError.ConnectionFailure
    /// A few words that follow "cannot connect to somewhere:".
    let text: String

    init(_ kind: AgentdError.ConnectionFailure, _ text: String) {
        self.kind = kind
        self.text = text
    }

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            // Without an address that was tried, it was the name that failed.
            self =
                error.connectionErrors.first.map { ConnectFailure($0.error) }
                ?? ConnectFailure(.unreachable, "the name \(error.host) is not known")
        case let error as IOError: self.init(.unreachable, Self.sentence(errno: error.errnoCode))
        case ChannelError.connectTimeout: self.init(.unreachable, "no answer in time")
        case ChannelError.eof: self.init(.unreachable, "it closed the connection at once")
        default: self = Self.ofTLS(error) ?? ConnectFailure(.unreachable, "\(error)")
        }
    }

    static func sentence(errno code: CInt) -> String {
        // NIO's own sentence names the system call too, which helps nobody here.
        let text = IOError(errnoCode: code, reason: "").description
        let words = text.drop { $0 == ":" || $0 == " " }
        return String(words.prefix(while: { $0 != "(" && $0 != ")" })).trimmingSpaces.lowercased()
    }
}

extension String {
    fileprivate var trimmingSpaces: String { split(separator: " ").joined(separator: " ") }
}

extension AgentdError {
    /// Of a connection that was made with `Dialer`, or was to be.
    package init(connectingTo address: String, failedWith error: any Error) {
        let failure = ConnectFailure(error)
        self.init(
            .connectionLost, "cannot connect to \(address): \(failure.text)", connectionFailure: failure.kind)
    }
}
