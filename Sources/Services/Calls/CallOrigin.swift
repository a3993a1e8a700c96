/// Where the calls of one connection come from.
package struct CallOrigin: Sendable, Equatable {
    package let door: DoorName
    /// The client's address and port, such as `127.0.0.1:40312`, or `unix`.
    package let peer: String

    package init(door: DoorName, peer: String) {
        self.door = door
        self.peer = peer
    }
}
