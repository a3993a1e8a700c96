/// "Did you mean": the known name that a mistyped one resembles.
package enum NearestName {
    /// Nil when nothing is near: at most a third of the letters may differ, or the rest of the name is missing.
    package static func to(_ name: String, among names: [String]) -> String? {
        let nearest = names.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        if let nearest, nearest.distance <= max(2, name.utf8.count / 3) { return nearest.name }
        return names.filter { $0.hasPrefix(name) }.min { $0.utf8.count < $1.utf8.count }
    }

    /// How many letters must be inserted, deleted or changed (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                current.append(
                    min(previous[column] + (letter == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
