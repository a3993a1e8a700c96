internal import Foundation
internal import Messages

/// How gRPC writes what HTTP/2 cannot carry as it is.
///
/// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>
enum GRPCMetadata {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The most that its eight digits hold.
    private static let largestTimeout: UInt32 = 99_999_999

    static func timeout(milliseconds: UInt32) -> String {
        milliseconds <= largestTimeout ? "\(milliseconds)m" : "\(milliseconds / 1_000)S"
    }

    /// The value of a header: base64 if its key says that it may be any bytes.
    static func text(of header: Header) -> String {
        guard header.key.hasSuffix("-bin") else { return String(decoding: header.value, as: UTF8.self) }
        return Data(header.value).base64EncodedString().replacing("=", with: "")
    }

    static func header(_ key: String, _ text: String) throws -> Header {
        key.hasSuffix("-bin") ? Header(key: key, value: try bytes(text)) : Header(key, text)
    }

    /// Of base64, with or without its padding.
    static func bytes(_ text: String) throws -> [UInt8] {
        let digits = text.replacing("=", with: "")
        let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: digits + padding) else {
            throw Failure(description: "this is not base64: \(text)")
        }
        return Array(data)
    }

    /// Of `grpc-message`.
    static func sentence(_ text: String) throws -> String {
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), let sentence = text.removingPercentEncoding else {
            throw Failure(description: "this is not percent-encoded: \(text)")
        }
        return sentence
    }
}
