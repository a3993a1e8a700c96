internal import Glibc
internal import NIOCore
internal import NIOPosix

/// A port where connections are accepted and nobody says anything.
final class SilentPeer: Sendable {
    private let channel: any Channel
    let port: Int

    init() throws {
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0)
            .wait()
        port = channel.localAddress?.port ?? 0
    }

    deinit { channel.close(promise: nil) }
}
