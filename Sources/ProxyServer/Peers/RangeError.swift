/// A value of the configuration that says no address, range, name or class.
public struct RangeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The key it stands under, `egress.allow` and so on.
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    public var description: String { "\(key): \"\(value)\" is none of what may stand here" }
}
