internal import Glibc

/// How the messages of a method come and go.
package enum MethodKind: Sendable, Equatable {
    /// One message, one answer.
    case unary
    /// One message, any number of answers.
    case serverStream
    /// Any number of messages, each with one answer, in their order.
    case exchange
}

/// What a door must know of a method before the call is run. Each `CallHandler` has one of each of its methods.
package final class CallMethod: Sendable {
    /// As in gRPC, such as `/agentd.v1.AgentService/GetAgent`.
    package let path: String
    package let kind: MethodKind

    /// Its number among the methods of its handler.
    package let number: Int

    package init(path: String, kind: MethodKind, number: Int = 0) {
        self.path = path
        self.kind = kind
        self.number = number
    }

    /// Whether these bytes are its path.
    package func hasPath(_ bytes: UnsafeRawBufferPointer) -> Bool {
        path.utf8.withContiguousStorageIfAvailable { path in
            guard path.count == bytes.count, let start = bytes.baseAddress, let pathStart = path.baseAddress else {
                return bytes.isEmpty && path.isEmpty
            }
            return memcmp(pathStart, start, path.count) == 0
        } ?? bytes.elementsEqual(path.utf8)
    }

    /// The full name of the service, such as `agentd.v1.AgentService`.
    package var service: Substring { path.dropFirst().prefix { $0 != "/" } }
    /// Its name without the service, such as `GetAgent`.
    package var name: Substring { path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...] }
}
