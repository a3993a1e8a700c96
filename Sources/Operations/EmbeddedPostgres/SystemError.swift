internal import Foundation
internal import Glibc

/// The words of the system for what went wrong.
package enum SystemError {
    /// For an `errno`.
    package static func description(of code: Int32) -> String { String(cString: strerror(code)) }

    /// For an error of Foundation's about a file, in a few words that follow a colon. Foundation's own often say no
    /// more than that something could not be completed.
    package static func reason(_ error: any Error) -> String {
        var next: NSError? = error as NSError
        while let error = next {
            if error.domain == NSPOSIXErrorDomain { return description(of: Int32(error.code)).lowercased() }
            next = error.userInfo[NSUnderlyingErrorKey] as? NSError
        }
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: return description(of: ENOENT).lowercased()
        case .fileReadNoPermission, .fileWriteNoPermission: return description(of: EACCES).lowercased()
        default: return error.localizedDescription
        }
    }
}
