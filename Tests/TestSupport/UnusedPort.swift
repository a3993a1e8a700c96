internal import Glibc
internal import NIOCore

/// A port of 127.0.0.1 that is taken, so that nobody else gets it, and where nobody listens.
package final class UnusedPort {
    package struct Unavailable: Error { package let errno: Int32 }

    /// Where the port stands in a `sockaddr_in`, in network byte order.
    private static let portOffset = 2

    private let descriptor: Int32
    package let number: UInt16

    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var bound = sockaddr()
        var length = socklen_t(MemoryLayout<sockaddr>.size)
        let isBound = try SocketAddress(ipAddress: "127.0.0.1", port: 0).withSockAddr { address, size in
            bind(descriptor, address, socklen_t(size)) == 0 && getsockname(descriptor, &bound, &length) == 0
        }
        self.descriptor = descriptor
        number = withUnsafeBytes(of: &bound) {
            UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: Self.portOffset, as: UInt16.self))
        }
        guard isBound else { throw Unavailable(errno: errno) }
    }

    deinit { close(descriptor) }
}
