/// The way into the daemon, both on one port.
package enum LoadDoor: String, Sendable, CaseIterable {
    case framed
    case grpc
}
