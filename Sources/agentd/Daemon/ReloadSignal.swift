internal import Dispatch
internal import Glibc

/// SIGHUP: asks the daemon to look at its files again. It never ends the process.
///
/// Unchecked: its signal source is kept alive here and touched no more once it is resumed.
final class ReloadSignal: @unchecked Sendable {
    /// Yields when a signal comes. For one listener.
    let requests: AsyncStream<Void>
    private let source: any DispatchSourceSignal

    init() {
        let (requests, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.requests = requests
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "agentd.reload"))
        source.setEventHandler { continuation.yield() }
        source.resume()
    }
}
