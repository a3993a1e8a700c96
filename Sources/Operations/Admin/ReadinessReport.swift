package import AgentdCore
internal import FoundationEssentials

/// Whether the daemon takes calls, and why not, at one moment.
package struct ReadinessReport: Sendable, Equatable {
    package struct Check: Sendable, Equatable {
        package struct Failure: Sendable, Equatable {
            package let reason: String
            package let since: Timestamp
        }

        package let name: String
        package fileprivate(set) var failure: Failure?
    }

    static let isolation = "isolation"
    /// Of what is wrong so much is shown: a reason may hold the text of an error, whose length is not ours.
    private static let maximumReasonCharacters = 500

    package internal(set) var phase = AdminState.Phase.starting("beginning")
    /// Since when it is in this phase.
    package internal(set) var phaseTime: Timestamp
    /// In the order in which they were first heard of.
    package private(set) var checks: [Check] = []
    package internal(set) var isIsolationProven = false
    /// Of the last proof that succeeded.
    package internal(set) var isolationProofTime: Timestamp?
    package internal(set) var warnings: [String] = []

    init(phaseTime: Timestamp) { self.phaseTime = phaseTime }

    package var isReady: Bool {
        phase == .serving && isIsolationProven && checks.allSatisfy { $0.failure == nil }
    }

    mutating func set(_ name: String, failure reason: String?, at time: Timestamp) {
        let index = checks.firstIndex { $0.name == name } ?? checks.endIndex
        if index == checks.endIndex { checks.append(Check(name: name)) }
        checks[index].failure = reason.map {
            Check.Failure(reason: Self.reason($0), since: checks[index].failure?.since ?? time)
        }
    }

    /// As it stands in front of "since when".
    private static func reason(_ text: String) -> String {
        let line = line(text)
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }

    /// A text from elsewhere as a line: without what would begin another one, and without what looks like a secret.
    static func line(_ text: String) -> String {
        let scalars = Redaction.applied(to: text).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : String(scalar)
        }
        return String(scalars.joined().prefix(maximumReasonCharacters))
    }
}

// MARK: For people

extension ReadinessReport {
    package var summary: String { isReady ? "ok\n" : "not ready\n" }

    /// A line for each thing that is right (`[+]`) or wrong (`[-]`), and for each warning (`[!]`).
    package var details: String {
        var lines = [phaseLine]
        if !checks.contains(where: { $0.name == Self.isolation }) { lines.append("[-] isolation: not proven yet") }
        lines += checks.map(line)
        lines += warnings.map { "[!] \($0)" }
        return lines.map { $0 + "\n" }.joined()
    }

    private var phaseLine: String {
        switch phase {
        case .starting(let work): "[-] starting: \(Self.reason(work)), since \(phaseTime.text)"
        case .serving: "[+] started \(phaseTime.text)"
        case .draining: "[-] draining since \(phaseTime.text): calls in flight are finished, new ones are refused"
        }
    }

    private func line(_ check: Check) -> String {
        if let failure = check.failure { return "[-] \(check.name): \(failure.reason), since \(failure.since.text)" }
        guard check.name == Self.isolation, let isolationProofTime else { return "[+] \(check.name)" }
        return "[+] \(check.name): proven \(isolationProofTime.text)"
    }
}

extension Timestamp {
    /// In UTC and whole seconds, such as `2026-01-31T23:59:59Z`.
    fileprivate var text: String { Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601) }
}
