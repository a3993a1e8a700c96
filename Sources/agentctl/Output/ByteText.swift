/// Numbers of bytes for people.
enum ByteText {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

    /// Such as `999 B`, `1.5 KiB`, `23 MiB`: two digits at least, where there are any.
    static func readable(_ bytes: Int64) -> String {
        var value = Double(bytes)
        var unit = 0
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return "\(unit == 0 ? "\(bytes)" : NumberText.short(value)) \(units[unit])"
    }
}
