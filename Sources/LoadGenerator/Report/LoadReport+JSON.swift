internal import FoundationEssentials

extension LoadReport {
    /// One object on one line.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // A report holds nothing that JSON cannot: numbers, texts, and dictionaries by texts.
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(door, forKey: .door)
        try container.encode(mix, forKey: .mix)
        try container.encode(loop, forKey: .loop)
        try container.encode(inFlight, forKey: .inFlight)
        // Null, and not left out, in a closed loop.
        try container.encode(rate, forKey: .rate)
        try container.encode(connections, forKey: .connections)
        try container.encode(tenants, forKey: .tenants)
        try container.encode(skew, forKey: .skew)
        try container.encode(durationSeconds, forKey: .durationSeconds)
        try container.encode(wasInterrupted, forKey: .wasInterrupted)
        try container.encode(disconnectedSeconds, forKey: .disconnectedSeconds)
        try container.encode(calls, forKey: .calls)
        try container.encode(callsPerSecond, forKey: .callsPerSecond)
        try container.encode(latency, forKey: .latency)
        try container.encode(failures, forKey: .failures)
        try container.encode(failureReasons, forKey: .failureReasons)
        try container.encode(failureLatency, forKey: .failureLatency)
        try container.encode(processorMicrosecondsPerCall, forKey: .processorMicrosecondsPerCall)
        try container.encode(processorShare, forKey: .processorShare)
        try container.encode(byFailure, forKey: .byFailure)
        try container.encode(byMethod, forKey: .byMethod)
        try container.encodeIfPresent(byGroup, forKey: .byGroup)
        try container.encode(bySecond, forKey: .bySecond)
    }
}
