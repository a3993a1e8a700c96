package import Logging
internal import ServiceLifecycle

/// Looks at files every few seconds, and at once when asked to, and hands on their texts when one of them has changed.
/// It compares texts and not times, so that it also notices a file that was exchanged for an older one.
package struct FileWatch: Service {
    /// Reading small files costs nothing; who exchanges keys waits no longer than this.
    private static let interval = Duration.seconds(5)

    private let files: [TextFile]
    private let requests: AsyncStream<Void>
    private let changed: @Sendable ([TextFile]) async -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - files: As they were read last.
    ///   - requests: Asks to look now.
    ///   - changed: Takes all of them, in the same order.
    package init(
        _ files: [TextFile], requests: AsyncStream<Void>, logger: Logger,
        changed: @escaping @Sendable ([TextFile]) async -> Void
    ) {
        self.files = files
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
        var known = files
        var unreadable: Set<String> = []
        for await _ in wakeUps {
            var found: [TextFile] = []
            for file in known {
                do throws(SettingsProblem) {
                    found.append(try file.readAgain())
                    unreadable.remove(file.path)
                } catch {
                    guard unreadable.insert(file.path).inserted else { continue }
                    logger.error(
                        "The file cannot be used; what it held before stays in force",
                        metadata: ["file": "\(file.path)", "reason": "it \(error.description)"])
                }
            }
            guard found.count == known.count, found != known else { continue }
            known = found
            await changed(found)
        }
    }
}
