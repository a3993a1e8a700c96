/// Lends NUL-terminated copies of the strings, in an array that ends with NULL.
func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    withOptionalCStrings(strings.map { Optional($0) }, body)
}

/// Lends NUL-terminated copies of the strings, in an array that ends with NULL.
func withOptionalCStrings<R>(
    _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
    let copies = strings.map { string -> UnsafeMutablePointer<CChar>? in
        guard let string else { return nil }
        return string.withCString { source in
            let count = string.utf8.count + 1
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: count)
            copy.initialize(from: source, count: count)
            return copy
        }
    }
    defer { for copy in copies { copy?.deallocate() } }
    let pointers: [UnsafePointer<CChar>?] = copies.map { $0.map { UnsafePointer($0) } } + [nil]
    return pointers.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else {
            preconditionFailure("The array ends with NULL, so it is not empty.")
        }
        return body(start)
    }
}
