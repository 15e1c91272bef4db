/// One field line as offsets into its head's bytes. `start ≤ nameEnd ≤ valueStart ≤ valueEnd ≤ lineEnd ≤ bytes.count` holds for every line
/// that the readers make.
public struct HeadField: Sendable, Hashable {
    let start: UInt32
    let nameEnd: UInt32
    let valueStart: UInt32
    let valueEnd: UInt32
    /// Just after the line's CRLF.
    let lineEnd: UInt32
    /// Which field it is, as far as Weir cares.
    public let known: KnownField
    /// Nominated by Connection: not passed on.
    var isNominated = false

    /// Where the name stands, white space before the colon excluded.
    public var name: Range<Int> { Int(start)..<Int(nameEnd) }
    /// Where the value stands, white space around it excluded.
    public var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    /// Where the whole line stands, CRLF included.
    public var line: Range<Int> { Int(start)..<Int(lineEnd) }
}
