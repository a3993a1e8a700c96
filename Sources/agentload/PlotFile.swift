internal import ArgumentParser
internal import Glibc
internal import LoadGenerator

/// Where the drawing goes. It is opened before the run, which would be lost otherwise.
final class PlotFile {
    private let path: String
    private let descriptor: CInt

    /// - Throws: `ValidationError` when it cannot be written.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw problem() }
    }

    deinit { close(descriptor) }

    func write(_ report: LoadReport) throws {
        let text = Array(report.svg.utf8)
        var written = 0
        while written < text.count {
            let count = text[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw problem() }
            written += count
        }
    }

    private func problem() -> ValidationError {
        ValidationError("The file \(path) of --plot cannot be written: \(String(cString: strerror(errno))).")
    }
}
