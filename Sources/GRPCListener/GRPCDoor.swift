package import Listening
package import Services

/// The gRPC door: gRPC over HTTP/2
/// (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>), with prior knowledge or by ALPN.
package struct GRPCDoor: Door {
    /// P of `PRI * HTTP/2.0`, with which a client begins (RFC 9113, 3.4), and those of the methods of HTTP/1.1: who
    /// speaks that is answered in it.
    private static let firstBytes = Set("PGHDOCT".utf8)

    package init() {}

    package var name: DoorName { .grpc }
    package var applicationProtocol: String { "h2" }

    package func begins(with byte: UInt8) -> Bool { Self.firstBytes.contains(byte) }

    package func connection(_ accepted: AcceptedConnection) -> any DoorConnection { ConnectionHandler(accepted) }
}
