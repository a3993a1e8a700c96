internal import NIOCore
internal import NIOPosix

/// Says in a few words why a connection could not be made.
enum ConnectFailure {
    static func describe(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // Without an address that was tried, it was the name that failed.
            error.connectionErrors.first.map { describe($0.error) } ?? "the name \(error.host) is not known"
        case let error as IOError:
            sentence(errno: error.errnoCode)
        case let error as ChannelError:
            switch error {
            case .connectTimeout: "no answer in time"
            default: "\(error)"
            }
        default: "\(error)"
        }
    }

    private static func sentence(errno code: CInt) -> String {
        // NIO's own sentence names the system call too, which helps nobody here.
        let text = IOError(errnoCode: code, reason: "").description
        let words = text.drop { $0 == ":" || $0 == " " }
        return String(words.prefix(while: { $0 != "(" && $0 != ")" })).trimmingSpaces.lowercased()
    }
}

extension String {
    fileprivate var trimmingSpaces: String { split(separator: " ").joined(separator: " ") }
}
