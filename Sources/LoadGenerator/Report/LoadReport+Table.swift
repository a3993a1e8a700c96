extension LoadReport {
    /// For people: what was done, what it took, and what the columns mean.
    package var table: String {
        var lines = [heading, ""]
        if wasInterrupted { lines.append("Interrupted: this is what was measured until then.") }
        if disconnectedSeconds > 0 {
            lines.append("There was no connection for \(disconnectedSeconds.shortText) s of it.")
        }
        if lines.count > 2 { lines.append("") }
        lines.append(Self.line("throughput", "\(throughput) successful calls/s"))
        lines.append(Self.line("succeeded", Self.grouped(calls)))
        lines.append(Self.line("failed", Self.text(failures)))
        lines += Self.mostFirst(failureReasons).map { Self.line("", "\(Self.grouped($0.value)) for \($0.key)") }
        if let byGroup, failureCount > 0 {
            lines.append(Self.line("", "of the noisy tenant \(Self.text(byGroup.noisy.failures))"))
            lines.append(Self.line("", "of the others \(Self.text(byGroup.others.failures))"))
        }
        lines.append(Self.line("client CPU", clientCost))
        lines += ["", "latency in milliseconds"] + latencyTable
        lines += ["", explanation]
        return lines.joined(separator: "\n")
    }

    private var clientCost: String {
        let percent = Int((processorShare * 100).rounded())
        return "\(processorMicrosecondsPerCall) microseconds a call, \(percent) % of a processor"
    }

    private var heading: String {
        "\(mix) over the \(door) door for \(durationSeconds.shortText) s: \(setting)"
    }

    /// How the load was made.
    var setting: String {
        let pace =
            rate.map { "\($0.shortText) calls/s are due (open loop), at most \(inFlight) in flight" }
            ?? "\(inFlight) calls in flight (closed loop)"
        return "\(pace), \(Self.plural(connections, "connection")), \(Self.plural(tenants, "tenant")) (\(skew))"
    }

    /// What came of it, in a line.
    var outcome: String {
        "\(throughput) calls/s succeeded, \(Self.plural(failureCount, "failure")) "
            + "in \(durationSeconds.shortText) s"
    }

    /// Of few calls a second tenths tell.
    private var throughput: String {
        callsPerSecond < 10 ? callsPerSecond.shortText : Self.grouped(Int(callsPerSecond.rounded()))
    }

    private static func plural(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func text(_ failures: [String: Int]) -> String {
        guard !failures.isEmpty else { return "0" }
        let codes = mostFirst(failures).map { "\(grouped($0.value)) \($0.key)" }
        return "\(grouped(failures.values.reduce(0, +))): \(codes.joined(separator: ", "))"
    }

    private static func mostFirst(_ counts: [String: Int]) -> [(key: String, value: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }

    private var latencyTable: [String] {
        var rows = [["", "calls", "mean", "p50", "p90", "p99", "p99.9", "max"]]
        func add(_ name: String, _ calls: Int, _ latency: Latency) {
            let values = [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map(Double.init)
            let texts = ([latency.mean] + values).map { calls == 0 ? "-" : Self.milliseconds($0) }
            rows.append([name, Self.grouped(calls)] + texts)
        }
        add("all", calls, latency)
        if byMethod.count > 1 {
            for (name, method) in byMethod.sorted(by: { $1.value.calls < $0.value.calls }) {
                add(name, method.calls, method.latency)
            }
        }
        if let byGroup {
            add("noisy tenant", byGroup.noisy.calls, byGroup.noisy.latency)
            add("other tenants", byGroup.others.calls, byGroup.others.latency)
        }
        if failureCount > 0 { add("failures", failureCount, failureLatency) }
        if byFailure.count > 1 {
            for (name, failed) in byFailure.sorted(by: { ($1.value.calls, $0.key) < ($0.value.calls, $1.key) }) {
                add(name, failed.calls, failed.latency)
            }
        }
        if let byGroup, failureCount > 0 {
            add("of the noisy", byGroup.noisy.failureCount, byGroup.noisy.failureLatency)
            add("of the others", byGroup.others.failureCount, byGroup.others.failureLatency)
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }.joined(separator: "  ")
        }
    }

    private var explanation: String {
        let meaning = "p99: 99 of 100 calls took no longer."
        return rate == nil
            ? "\(meaning) Each call was begun when another one was answered: a daemon that stands still is asked "
                + "nothing meanwhile, which these figures do not show. --rate does."
            : "\(meaning) Latency counts from when a call was due, whether or not it could be sent then. Throughput "
                + "counts the answers that came within the \(durationSeconds.shortText) s, the rest all calls that "
                + "were due in them."
    }

    private static func line(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(14 - name.count, 1)) + text
    }

    /// 1234567 as 1,234,567.
    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.map { index in
            let rest = digits.count - index
            return index > 0 && rest % 3 == 0 ? ",\(digits[index])" : "\(digits[index])"
        }.joined()
    }

    /// Of microseconds, with three digits behind the point.
    private static func milliseconds(_ microseconds: Double) -> String {
        let whole = Int(microseconds.rounded())
        let rest = String(whole % 1_000)
        return "\(grouped(whole / 1_000)).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}

extension Double {
    /// Without a point when it is whole.
    fileprivate var shortText: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}
