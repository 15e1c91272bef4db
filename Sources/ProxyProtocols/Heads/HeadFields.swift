/// The fields of one head over the head's own bytes: two allocations whatever their number.
public struct HeadFields: Sendable {
    /// The head as it came, from its first byte (empty lines before a request line included) to its empty line.
    public let bytes: [UInt8]
    /// The field lines in order.
    public internal(set) var lines: [HeadField]

    /// The first value of a field, white space around it removed.
    public func first(of field: KnownField) -> ArraySlice<UInt8>? {
        for line in lines where line.known == field { return bytes[line.value] }
        return nil
    }

    /// Every value of a field, in order.
    public func values(of field: KnownField) -> [ArraySlice<UInt8>] {
        lines.filter { $0.known == field }.map { bytes[$0.value] }
    }

    /// How many lines this field has.
    public func count(of field: KnownField) -> Int {
        var count = 0
        for line in lines where line.known == field { count += 1 }
        return count
    }

    /// The first value of a field as text (bytes that are no UTF-8 repaired: for records and pages, never for forwarding).
    public func text(of field: KnownField) -> String? {
        first(of: field).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first value of any field.
    /// - Parameter name: in any case.
    public func first(named name: String) -> ArraySlice<UInt8>? {
        for line in lines where ASCII.equals(bytes[line.name], name) { return bytes[line.value] }
        return nil
    }
}
