/// One call that is to be made or was made.
struct Call: Sendable {
    /// Index of the target whose key it carries.
    let tenant: Int
    let method: LoadMethod
    /// Index of the target's agent; of no meaning for a method that takes none.
    let agent: Int
    /// As whose call it waits and is reported.
    var group = CallerGroup.others
}
