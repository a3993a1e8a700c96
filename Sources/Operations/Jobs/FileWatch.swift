package import Logging
internal import ServiceLifecycle

/// Looks at files every few seconds, and at once when asked to, and hands on their texts when one of them has changed.
/// It compares texts and not times, so that it also notices a file that was exchanged for an older one.
package struct FileWatch: Service {
    /// What became of texts that were handed on.
    package enum Outcome: Sendable {
        case settled
        /// They are to be handed on again at the next look, changed or not.
        case open
    }

    /// Reading small files costs nothing; who exchanges keys waits no longer than this.
    private static let interval = Duration.seconds(5)

    private let files: [TextFile]
    private let requests: AsyncStream<Void>
    private let changed: @Sendable ([TextFile]) async -> Outcome
    private let logger: Logger

    /// - Parameters:
    ///   - files: As they were read last.
    ///   - requests: Asks to look now.
    ///   - changed: Takes all of them, in the same order.
    package init(
        _ files: [TextFile], requests: AsyncStream<Void>, logger: Logger,
        changed: @escaping @Sendable ([TextFile]) async -> Outcome
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
        var outcome = Outcome.settled
        for await _ in wakeUps {
            var found: [TextFile] = []
            for file in known {
                do throws(SettingsProblem) {
                    found.append(try file.readAgain())
                    if unreadable.remove(file.path) != nil {
                        logger.notice("The file can be used again", metadata: ["file": "\(file.path)"])
                    }
                } catch {
                    guard unreadable.insert(file.path).inserted else { continue }
                    logger.error(
                        "The file cannot be used; what it held before stays in force",
                        metadata: ["file": "\(file.path)", "reason": "it \(error.description)"])
                }
            }
            guard found.count == known.count, found != known || outcome == .open else { continue }
            known = found
            outcome = await changed(found)
        }
    }
}
