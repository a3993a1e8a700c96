internal import ArgumentParser
internal import Glibc
internal import LoadGenerator

/// Where the drawing goes. It is opened before the run, which would be lost otherwise, and left as it was when there is
/// nothing to draw.
final class PlotFile {
    private let path: String
    private let descriptor: CInt
    /// It was made here, and there is nothing in it yet.
    private var isNew: Bool

    /// - Throws: `ValidationError` when it cannot be written.
    init(_ path: String) throws {
        self.path = path
        let new = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        isNew = new >= 0
        descriptor = isNew ? new : open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(Self.problem(path)).") }
    }

    deinit {
        close(descriptor)
        if isNew { unlink(path) }
    }

    /// - Throws: `UnwrittenOutput`.
    func write(_ report: LoadReport) throws {
        // What is no file, such as a pipe, has no length.
        _ = ftruncate(descriptor, 0)
        guard Output.write(report.svg, to: descriptor) else { throw UnwrittenOutput(description: Self.problem(path)) }
        isNew = false
    }

    private static func problem(_ path: String) -> String {
        "the file \(path) of --plot cannot be written: \(String(cString: strerror(errno)))"
    }
}
