internal import CZlib

/// Messages in gzip (RFC 1952), as `grpc-encoding: gzip` names it.
enum Gzip {
    enum Problem: Error, Equatable {
        case notGzip
        /// It decompresses to more than it may.
        case tooLong
        /// Something stands behind its end, such as a second member: a message is one.
        case bytesBehindEnd
    }

    /// zlib's: the largest window, and that a gzip header stands before the data.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8
    /// What a message of few bytes is made room for at once.
    private static let smallestBuffer = 1_024

    /// How it begins: its magic number, and the one method of compression that there is.
    private static let beginning: [UInt8] = [0x1F, 0x8B, 8]

    /// What it says it decompresses to (RFC 1952, 2.3.1); nil when it is not gzip. Who lies about it, or has something
    /// behind its end, is found out when it is decompressed.
    static func announcedSize(_ bytes: [UInt8]) -> Int? {
        // A header of 10 bytes, at least 2 of data, and 8 of checksum and size.
        guard bytes.count >= 20, bytes.starts(with: beginning) else { return nil }
        return bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// - Parameter limit: The most bytes that may come out, however few go in.
    static func decompress(_ bytes: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .notGzip
        }
        defer { inflateEnd(&stream) }
        // One byte more than allowed shows that there is too much.
        let most = limit + 1
        var output = [UInt8](repeating: 0, count: min(max(bytes.count * 4, smallestBuffer), most))
        var input = bytes
        var written = 0
        let status = input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while true {
                let before = stream.avail_in
                let room = output.count - written
                let status = output.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress.map { $0 + written }
                    stream.avail_out = UInt32(room)
                    return inflate(&stream, Z_NO_FLUSH)
                }
                written += room - Int(stream.avail_out)
                guard status == Z_OK, written <= limit else { return status }
                if stream.avail_out == 0 {
                    output.append(contentsOf: repeatElement(0, count: min(output.count, most - output.count)))
                } else if stream.avail_in == before || stream.avail_in == 0 {
                    return Z_BUF_ERROR
                }
            }
        }
        guard written <= limit else { throw .tooLong }
        guard status == Z_STREAM_END else { throw .notGzip }
        guard stream.avail_in == 0 else { throw .bytesBehindEnd }
        output.removeLast(output.count - written)
        return output
    }

    static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var status = Z_STREAM_ERROR
        let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            stream.next_in = UnsafeMutablePointer(
                mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.avail_in = UInt32(bytes.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(bound)
            status = deflate(&stream, Z_FINISH)
            count = bound - Int(stream.avail_out)
        }
        return status == Z_STREAM_END ? output : nil
    }
}
