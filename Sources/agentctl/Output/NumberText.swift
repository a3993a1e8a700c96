/// Numbers that are rounded for people.
enum NumberText {
    /// With one digit behind the point below 10, and none from there on.
    static func short(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        return tenths < 100 ? "\(Int(tenths) / 10).\(Int(tenths) % 10)" : "\(Int(value.rounded()))"
    }
}
