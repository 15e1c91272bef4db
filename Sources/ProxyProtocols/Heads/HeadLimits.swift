/// What a head may measure at most; the same for requests and responses (SECURITY.md F18, F19).
public struct HeadLimits: Sendable, Hashable {
    /// Start line, fields and the empty line together, in bytes.
    public var headBytes: Int
    /// Number of field lines.
    public var headFields: Int
    /// One field line without its CRLF, in bytes.
    public var fieldBytes: Int
    /// A request's target, in bytes.
    public var targetBytes: Int

    /// Values are held between what any request needs and what 32-bit offsets can name.
    public init(headBytes: Int = 65_536, headFields: Int = 200, fieldBytes: Int = 32_768, targetBytes: Int = 16_384) {
        self.headBytes = min(max(headBytes, 256), 1 << 28)
        self.headFields = min(max(headFields, 1), 1 << 20)
        self.fieldBytes = min(max(fieldBytes, 64), 1 << 28)
        self.targetBytes = min(max(targetBytes, 64), 1 << 28)
    }
}
