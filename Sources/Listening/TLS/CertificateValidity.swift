internal import Glibc
internal import NIOSSL

/// From when to when a certificate is valid, in seconds since 1970.
package struct CertificateValidity: Sendable, Equatable {
    /// A moment that reads as a date.
    package struct Moment: Sendable, Equatable, CustomStringConvertible {
        package let secondsSince1970: Int

        package static var now: Moment { Moment(secondsSince1970: time(nil)) }

        /// Such as `2026-11-24 12:00:00 UTC`.
        package var description: String {
            var seconds = time_t(secondsSince1970)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            // Room for a year far beyond those that certificates can have.
            var text = [CChar](repeating: 0, count: 64)
            let length = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S UTC", &parts)
            return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    package let beginning: Moment
    package let end: Moment

    init(_ certificate: NIOSSLCertificate) {
        beginning = Moment(secondsSince1970: certificate.notValidBefore)
        end = Moment(secondsSince1970: certificate.notValidAfter)
    }

    package func isOver(at moment: Moment) -> Bool { moment.secondsSince1970 > end.secondsSince1970 }

    package func hasBegun(at moment: Moment) -> Bool { moment.secondsSince1970 >= beginning.secondsSince1970 }
}
