internal import Foundation
import Testing

@testable internal import Operations

@Suite("Metrics of the process")
struct ProcessMetricsTests {
    @Test("All figures are read, and are of this process")
    func figures() throws {
        let metrics = PrometheusMetrics(logger: .silent)
        let process = ProcessMetrics(factory: metrics)
        process.collect()
        process.collect()
        func value(_ name: String) throws -> Double {
            let line = metrics.text().split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return try #require(line?.split(separator: " ").last.flatMap { Double($0) })
        }
        let start = try value("process_start_time_seconds")
        let now = Date().timeIntervalSince1970
        #expect(start <= now + 1 && start > now - 86_400)
        let memory = try value("process_resident_memory_bytes")
        #expect((1_000_000...100_000_000_000).contains(memory))
        let open = try value("process_open_fds")
        let most = try value("process_max_fds")
        #expect(open >= 3 && open <= most)
        let processor = try value("process_cpu_seconds_total")
        #expect(processor > 0 && processor < (now - start + 1) * Double(ProcessInfo.processInfo.processorCount))
    }
}
