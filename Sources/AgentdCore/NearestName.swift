/// "Did you mean": the known name that a mistyped one resembles.
package enum NearestName {
    /// Nil when nothing is near: at most a third of the letters may differ, or the rest of the name is missing. A first
    /// word that both have, such as `AGENTD_`, says nothing.
    package static func to(_ name: String, among names: [String]) -> String? {
        let nearest = names.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        if let nearest {
            let letters = name.utf8.count - sharedWord(name, nearest.name)
            if nearest.distance <= max(2, letters / 3) { return nearest.name }
        }
        return names.filter { $0.hasPrefix(name) }.min { $0.utf8.count < $1.utf8.count }
    }

    /// The length of the first word, with its `_`, when both begin with it.
    private static func sharedWord(_ left: String, _ right: String) -> Int {
        guard let end = left.utf8.firstIndex(of: UInt8(ascii: "_")) else { return 0 }
        let word = left[...end]
        return right.hasPrefix(word) ? word.utf8.count : 0
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
