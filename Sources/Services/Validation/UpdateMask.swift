/// Reads the update masks (<https://google.aip.dev/134>, <https://google.aip.dev/161>) of one method.
struct UpdateMask<Fields: OptionSet & Sendable>: Sendable where Fields.Element == Fields {
    /// What is changed, as errors call it, such as `agent`.
    let object: String
    /// What each path that may be asked for stands for.
    let changeable: [String: Fields]
    /// Paths that exist, and that nobody may set.
    let readOnly: Set<String>

    /// The fields that an update sets: those of the mask, or without one every field that is populated.
    /// - Parameter paths: Those of the mask; a path may occur twice. Wrong ones are noted in `violations`.
    func fields(_ paths: [String]?, populated: Fields, _ violations: inout FieldViolations) -> Fields {
        guard let paths, !paths.isEmpty else {
            violations.require(
                !populated.isEmpty, "update_mask",
                "is empty, and so is every field of the \(object) that it could name: nothing would change")
            return populated
        }
        var fields: Fields = []
        for (index, path) in paths.enumerated() {
            if let field = changeable[path] {
                fields.formUnion(field)
            } else {
                violations.add("update_mask.paths[\(index)]", problem(path))
            }
        }
        return fields
    }

    private func problem(_ path: String) -> String {
        let name = FieldViolations.quoted(path)
        if readOnly.contains(path) { return "\(name) is set by the daemon and cannot be changed" }
        return
            "\(name) is no field of the \(object) that can be changed; those are "
            + changeable.keys.sorted().joined(separator: ", ")
    }
}
