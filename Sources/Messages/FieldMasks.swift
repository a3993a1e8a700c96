internal import CAgentdProto

extension MessageBuilder {
    /// `google.protobuf.FieldMask`.
    func fieldMask(_ paths: [String]) -> UnsafeMutablePointer<Google__Protobuf__FieldMask> {
        let mask = make(google__protobuf__field_mask__init)
        mask.pointee.n_paths = paths.count
        mask.pointee.paths = pointers(paths.map { text($0) })
        return mask
    }
}
