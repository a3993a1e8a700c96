internal import AgentdClient
internal import ClientOptions

/// Reads lines and keeps a bounded number of calls in flight.
struct ImportRun {
    let lines: AgentImport
    /// Nil only checks the lines.
    let client: AgentdClient?
    let inFlight: Int
    let progress: ImportProgress.Style

    private struct Outcome: Sendable {
        let line: AgentImport.Candidate
        let error: AgentdError?
    }

    func report(path: String) async throws(FileProblem) -> ImportReport {
        var source = try LineSource(path: path)
        var report = ImportReport()
        var progress = ImportProgress(self.progress, totalBytes: source.totalBytes)
        var problem: FileProblem?
        await withTaskGroup(of: Outcome.self) { group in
            var running = 0
            do throws(FileProblem) {
                while report.end == nil, let line = try source.next() {
                    guard let candidate = read(line, &report) else { continue }
                    guard let client else {
                        report.lineValid()
                        progress.update(report, bytesRead: source.bytesRead)
                        continue
                    }
                    if running == inFlight, let outcome = await group.next() {
                        running -= 1
                        take(outcome, &report)
                    }
                    group.addTask { await Self.create(candidate, client) }
                    running += 1
                    progress.update(report, bytesRead: source.bytesRead)
                }
            } catch {
                problem = error
            }
            for await outcome in group {
                take(outcome, &report)
                progress.update(report, bytesRead: source.bytesRead)
            }
        }
        progress.finish(report, bytesRead: source.bytesRead)
        if let problem { throw problem }
        return report
    }

    private func read(_ line: LineSplitter.Line, _ report: inout ImportReport) -> AgentImport.Candidate? {
        do {
            guard let candidate = try lines.candidate(line) else { return nil }
            report.lineRead()
            return candidate
        } catch {
            report.lineRead()
            report.add(error)
            return nil
        }
    }

    private func take(_ outcome: Outcome, _ report: inout ImportReport) {
        guard let error = outcome.error else { return report.agentStored() }
        report.add(error, line: outcome.line)
        if error.endsTheImport { report.stopped(by: error) }
    }

    private static func create(_ line: AgentImport.Candidate, _ client: AgentdClient) async -> Outcome {
        do {
            _ = try await client.createAgent(line.agent, requestID: line.requestID)
            return Outcome(line: line, error: nil)
        } catch {
            return Outcome(line: line, error: error)
        }
    }
}

extension AgentdError {
    /// The following lines would fail in the same way.
    fileprivate var endsTheImport: Bool {
        if isConnectionFailure { return true }
        switch code {
        case .unavailable, .unauthenticated, .cancelled, .unimplemented: return true
        case .failedPrecondition: return reason == "TENANT_SUSPENDED" || reason == "TENANT_DELETED"
        case .permissionDenied: return true
        case .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists, .resourceExhausted, .aborted,
            .outOfRange, .internal, .dataLoss:
            return false
        }
    }
}
