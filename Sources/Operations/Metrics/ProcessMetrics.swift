package import CoreMetrics
internal import Glibc
internal import Synchronization

/// What the system knows of this process. Read when somebody asks.
package final class ProcessMetrics: Sendable {
    private let residentMemory: Gauge
    private let openDescriptors: Gauge
    private let maximumDescriptors: Gauge
    private let processorTime: FloatingPointCounter
    /// What was counted of it so far.
    private let countedSeconds = Mutex(0.0)

    package init(factory: any MetricsFactory) {
        residentMemory = Gauge(label: "process_resident_memory_bytes", factory: factory)
        openDescriptors = Gauge(label: "process_open_fds", factory: factory)
        maximumDescriptors = Gauge(label: "process_max_fds", factory: factory)
        processorTime = FloatingPointCounter(label: "process_cpu_seconds_total", factory: factory)
        if let start = Self.startTimeSeconds {
            Gauge(label: "process_start_time_seconds", factory: factory).record(start)
        }
    }

    /// Figures that cannot be read stay as they were.
    package func collect() {
        if let bytes = Self.residentBytes { residentMemory.record(bytes) }
        if let count = Self.openDescriptorCount { openDescriptors.record(count) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            maximumDescriptors.record(Double(limit.rlim_cur))
        }
        let seconds = Self.processorSeconds
        countedSeconds.withLock { counted in
            processorTime.increment(by: seconds - counted)
            counted = max(counted, seconds)
        }
    }

    /// Since 1970, as precise as the kernel keeps it: a hundredth of a second.
    package static var startTimeSeconds: Double? {
        // After the name of the program, which may hold anything, come the fields from the third one on.
        guard let text = contents(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        return seconds(CLOCK_REALTIME) - (seconds(CLOCK_BOOTTIME) - ticks / ticksPerSecond)
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    private static var residentBytes: Double? {
        guard let fields = contents(of: "/proc/self/statm")?.split(separator: " "), fields.count > 1 else { return nil }
        return Double(fields[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static var openDescriptorCount: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil { entries += 1 }
        // Without ".", ".." and the descriptor that reads them.
        return max(0, entries - 3)
    }

    /// Of a small file of /proc, which is read at once.
    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
