internal import Glibc

/// A file that cannot be used; says which and why.
package struct FileProblem: Error {
    package let description: String

    init(_ description: String) { self.description = description }

    /// Of the system call that has just failed.
    static func systemError(_ path: String) -> FileProblem {
        FileProblem("cannot read \(BoundedFile.name(of: path)): \(String(cString: strerror(errno)))")
    }
}

/// Reads files, standard input as `-`.
package enum BoundedFile {
    private static let pieceBytes = 64 * 1_024

    /// As messages say it.
    package static func name(of path: String) -> String { path == "-" ? "standard input" : path }

    /// The whole file as text.
    package static func text(path: String, maximumBytes: Int) throws(FileProblem) -> String {
        let file = try OpenFile(path: path)
        var bytes: [UInt8] = []
        while true {
            let piece = try file.read(maximumBytes: pieceBytes)
            if piece.isEmpty { break }
            bytes.append(contentsOf: piece)
            guard bytes.count <= maximumBytes else {
                throw FileProblem(
                    "\(name(of: path)) is longer than \(maximumBytes) bytes, which is the most that makes sense here")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileProblem("\(name(of: path)) is not text in UTF-8")
        }
        return text
    }
}

/// A file that is open for reading; it is closed with its owner.
package struct OpenFile: ~Copyable {
    package let path: String
    private let descriptor: CInt

    /// - Parameter path: `-` is standard input.
    package init(path: String) throws(FileProblem) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw FileProblem.systemError(path) }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// Its size; nil when it has none, such as a pipe.
    package var size: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The next bytes; none at the end.
    package func read(maximumBytes: Int) throws(FileProblem) -> [UInt8] {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: maximumBytes) { buffer, initialized in
                count = Glibc.read(descriptor, buffer.baseAddress, maximumBytes)
                initialized = max(count, 0)
            }
            if count >= 0 { return bytes }
            if errno != EINTR { throw FileProblem.systemError(path) }
        }
    }
}
