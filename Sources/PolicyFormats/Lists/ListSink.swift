public import PatternMatching

/// Takes what a list's reader finds.
public protocol ListSink {
    mutating func take(_ entry: ListEntry)
    /// The same for a host that stands in the list in a form every reader agrees on, without making an entry of it.
    /// - Parameter host: a text that ``PlainHost`` knows, without a dot at its end; valid during the call only.
    mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int)
    /// A line, or a name of a line, that cannot be used.
    /// - Parameter text: the line as it came, cut to what is fit to show; valid during the call only.
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer)
    /// An entry that a difference file takes out of the file it belongs to.
    mutating func remove(_ entry: ListEntry)
}

extension ListSink {
    /// Tells that there is no such file.
    public mutating func remove(_ entry: ListEntry) {
        var text = "-\(entry.text)"
        text.withUTF8 {
            reject(line: entry.line, reason: "takes an entry out of a file that is not beside it", text: UnsafeRawBufferPointer($0))
        }
    }

    /// Makes an entry of it.
    public mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) {
        take(ListEntry(kind: kind, text: ListLine(host).lowercasedText, line: line))
    }
}

/// A line of a list that was not used, and why.
public struct RejectedLine: Sendable, Hashable, Codable {
    /// The member and part (`gambling/urls`), or nil for a list of one file.
    public var file: String?
    /// From 1; 0 where the whole file is meant.
    public var line: Int
    public var reason: String
    /// The line's beginning, control characters shown as `·`.
    public var text: String

    public init(file: String?, line: Int, reason: String, text: String) {
        self.file = file
        self.line = line
        self.reason = reason
        self.text = text
    }

    /// At most 120 characters of a line, fit for a page or a terminal.
    public static func shown(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix(480), as: UTF8.self)
        var shown = ""
        for character in text.unicodeScalars.prefix(120) {
            let isControl = character.value < 0x20 || (0x7f...0x9f).contains(character.value)
            shown.unicodeScalars.append(isControl || character.endsOrHidesText ? "·" : character)
        }
        return shown
    }
}

extension Unicode.Scalar {
    /// What ends a line for some readers (U+2028, U+2029), is not seen (U+FEFF) or is no character (U+FFFE).
    var endsOrHidesText: Bool {
        switch properties.generalCategory {
        case .format, .lineSeparator, .paragraphSeparator, .unassigned: true
        default: false
        }
    }
}
