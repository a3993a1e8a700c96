internal import ServiceLifecycle

/// The pause of a job between two rounds.
enum Pause {
    /// Waits, not quite as long as the same job of another replica that was started at the same moment.
    /// - Returns: Whether to go on: false at once when the daemon is to stop.
    static func take(milliseconds: Int) async -> Bool {
        let wait = Duration.milliseconds(milliseconds * Int.random(in: 75...125) / 100)
        return await cancelWhenGracefulShutdown { (try? await Task.sleep(for: wait)) != nil }
    }
}
