internal import Foundation
package import Logging
internal import ServiceLifecycle

/// Looks at a file every few seconds, and at once when asked to, and hands on its text when that has changed. It
/// compares texts and not times, so that it also notices a file that was exchanged for an older one.
package struct FileWatch: Service {
    /// Reading a small file costs nothing; who exchanges keys waits no longer than this.
    private static let interval = Duration.seconds(5)

    private let path: String
    private let requests: AsyncStream<Void>
    private let initialText: String
    private let changed: @Sendable (String) async -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - text: What the file held when it was read last.
    ///   - requests: Asks to look now.
    ///   - changed: Takes the new text.
    package init(
        path: String, text: String, requests: AsyncStream<Void>, logger: Logger,
        changed: @escaping @Sendable (String) async -> Void
    ) {
        self.path = path
        initialText = text
        self.requests = requests
        self.logger = logger
        self.changed = changed
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            let (wakeUps, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in requests { wake.yield() } }
                group.addTask {
                    while (try? await Task.sleep(for: Self.interval)) != nil { wake.yield() }
                }
                await look(at: wakeUps)
                group.cancelAll()
            }
        }
    }

    private func look(at wakeUps: AsyncStream<Void>) async {
        var known = initialText
        var isMissing = false
        for await _ in wakeUps {
            do {
                let text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
                isMissing = false
                guard text != known else { continue }
                known = text
                await changed(text)
            } catch {
                if !isMissing {
                    logger.error(
                        "The file cannot be read; what it held before stays in force",
                        metadata: ["file": "\(path)", "reason": "\(error.localizedDescription)"])
                }
                isMissing = true
            }
        }
    }
}
