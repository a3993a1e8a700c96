internal import AgentdClient
internal import ClientOptions

/// The lines of a file, read piece by piece.
struct LineSource: ~Copyable {
    private static let pieceBytes = 64 * 1_024

    private let file: OpenFile
    private var splitter = LineSplitter()
    private var isAtEnd = false
    /// How much of the file has been read.
    private(set) var bytesRead = 0

    init(path: String) throws(FileProblem) { file = try OpenFile(path: path) }

    /// Nil when it is not known, as of a pipe.
    var totalBytes: Int? { file.size }

    /// Nil at the end.
    mutating func next() throws(FileProblem) -> LineSplitter.Line? {
        while true {
            if let line = splitter.next() { return line }
            if isAtEnd { return splitter.finish() }
            let piece = try file.read(maximumBytes: Self.pieceBytes)
            bytesRead += piece.count
            isAtEnd = piece.isEmpty
            splitter.append(piece)
        }
    }
}
