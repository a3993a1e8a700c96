internal import Glibc

/// The words of the system for an `errno`.
enum SystemError {
    static func description(of code: Int32) -> String { String(cString: strerror(code)) }
}
