extension LoadReport {
    /// For people: what was done, what it took, and what the columns mean.
    package var table: String {
        var lines = [heading, ""]
        lines.append(Self.line("throughput", "\(Self.grouped(Int(callsPerSecond.rounded()))) calls/s"))
        lines.append(Self.line("succeeded", Self.grouped(calls)))
        lines.append(Self.line("failed", failureText))
        lines += failureReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { Self.line("", "\(Self.grouped($0.value)) for \($0.key)") }
        lines.append(Self.line("client CPU", "\(processorMicrosecondsPerCall) microseconds a call"))
        lines += ["", "latency in milliseconds"] + latencyTable
        lines += ["", explanation]
        return lines.joined(separator: "\n")
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
        "\(Self.grouped(Int(callsPerSecond.rounded()))) calls/s succeeded, \(Self.plural(failureCount, "failure")) "
            + "in \(durationSeconds.shortText) s"
    }

    private static func plural(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private var failureText: String {
        guard failureCount > 0 else { return "0" }
        let codes = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(Self.grouped($0.value)) \($0.key)" }
        return "\(Self.grouped(failureCount)): \(codes.joined(separator: ", "))"
    }

    private var latencyTable: [String] {
        var rows = [["", "calls", "mean", "p50", "p90", "p99", "p99.9", "max"]]
        func add(_ name: String, _ calls: Int, _ latency: Latency) {
            let values = [latency.p50, latency.p90, latency.p99, latency.p999, latency.max]
            rows.append(
                [name, Self.grouped(calls), Self.milliseconds(latency.mean)]
                    + values.map { Self.milliseconds(Double($0)) })
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
            : "\(meaning) Latency counts from when a call was due, whether or not it could be sent then."
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
