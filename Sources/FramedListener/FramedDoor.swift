package import Listening
package import Services

/// The framed door: the protocol of `proto/PROTOCOL.md`.
package struct FramedDoor: Door {
    /// The flags of the first frame: 1 only to be told that compression is not agreed on.
    private static let firstBytes: ClosedRange<UInt8> = 0...1

    package init() {}

    package var name: DoorName { .framed }
    package var applicationProtocol: String { "agentd/1" }

    package func begins(with byte: UInt8) -> Bool { Self.firstBytes.contains(byte) }

    package func connection(_ accepted: AcceptedConnection) -> any DoorConnection { ConnectionHandler(accepted) }
}
