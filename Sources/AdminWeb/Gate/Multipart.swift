/// A `multipart/form-data` body (RFC 7578), whole in memory: its fields as a form, its files as bytes.
struct Multipart: Sendable {
    struct File: Sendable {
        var field: String
        var name: String
        var bytes: ArraySlice<UInt8>
    }

    static let mostParts = 100

    private(set) var form = Form()
    private(set) var files: [File] = []

    /// - Parameter contentType: the request's field with its `boundary`.
    /// - Returns: nil where there is no boundary, or the body is not what it says.
    init?(_ body: [UInt8], contentType: String) {
        guard let boundary = Self.parameter("boundary", of: contentType), !boundary.isEmpty, boundary.utf8.count <= 70 else { return nil }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may lack the line end before it.
        guard let first = Self.find(Array("--\(boundary)".utf8), in: body[...]), first == body.startIndex else { return nil }
        var rest = body[(delimiter.count - 2)...]
        for _ in 0..<Self.mostParts {
            if rest.starts(with: Array("--".utf8)) { return }
            guard rest.starts(with: Array("\r\n".utf8)) else { return nil }
            rest = rest.dropFirst(2)
            guard let end = Self.find(delimiter, in: rest) else { return nil }
            add(part: rest[..<end])
            rest = rest[(end + delimiter.count)...]
        }
        return nil
    }

    private mutating func add(part: ArraySlice<UInt8>) {
        guard let blank = Self.find(Array("\r\n\r\n".utf8), in: part) else { return }
        let head = String(decoding: part[..<blank], as: UTF8.self)
        let content = part[(blank + 4)...]
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            guard let field = Self.parameter("name", of: String(line)) else { return }
            if let name = Self.parameter("filename", of: String(line)) {
                files.append(File(field: field, name: name, bytes: content))
            } else {
                form.add(field, String(decoding: content, as: UTF8.self))
            }
            return
        }
    }

    /// The value of `; name=value` or `; name="value"`.
    private static func parameter(_ name: String, of field: String) -> String? {
        for piece in field.split(separator: ";").dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmed.lowercased() == name else { continue }
            let value = pair[1].trimmed
            return value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"") ? String(value.dropFirst().dropLast()) : value
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var from = bytes.startIndex
        let last = bytes.endIndex - needle.count
        while from <= last, let at = bytes[from...last].firstIndex(of: first) {
            if bytes[at...].starts(with: needle) { return at }
            from = at + 1
        }
        return nil
    }
}
