internal import Foundation
internal import PatternMatching

/// Reads the lines of one file of a list, in pieces of any size. One bad line never stops it.
///
/// Accepts LF and CRLF at line ends, a byte order mark, blank lines; lines over ``longestLine`` are rejected without being kept.
public struct ListReader {
    /// Bytes of a line; expressions may have 4 KiB.
    public static let longestLine = 8192

    public let syntax: ListSyntax
    /// Lines read so far.
    public private(set) var lines = 0
    var zone = ZoneFileState()
    var adblock = AdBlockState()
    var privoxy = PrivoxyState()
    /// Exceptions of lists in which some entries win over them.
    var layers: ExceptionLayers
    /// The beginning of a line whose end is in the next piece.
    private var pending: [UInt8] = []
    /// Whether the line at hand is over the limit and is being passed over.
    private var isTooLong = false

    /// Whether the first line is that of the file, where a byte order mark may stand.
    private let isBeginning: Bool

    /// - Parameter isBeginning: false for a stretch from the middle of a file, whose lines count from 1 all the same.
    public init(syntax: ListSyntax, isBeginning: Bool = true) {
        self.syntax = syntax
        self.isBeginning = isBeginning
        layers = ExceptionLayers(syntax == .privoxy ? .last : .mostSpecific)
    }

    /// - Parameter bytes: the next piece of the file.
    public mutating func read(_ bytes: UnsafeRawBufferPointer, into sink: inout some ListSink) {
        var start = 0
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            guard let length = ListReader.lineLength(rest) else {
                keep(rest, into: &sink)
                return
            }
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<length])
            if pending.isEmpty, !isTooLong {
                line(piece, into: &sink)
            } else {
                keep(piece, into: &sink)
                endPending(into: &sink)
            }
            start += length + 1
        }
    }

    private static func lineLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let end = memchr(start, 0x0a, bytes.count) else { return nil }
        return UnsafeRawPointer(end) - start
    }

    /// Call once after the last piece: reads a last line without a line end, and takes what depends on the whole list.
    public mutating func finish(into sink: inout some ListSink) {
        if !pending.isEmpty || isTooLong { endPending(into: &sink) }
        if syntax == .adblock { finishAdBlock(into: &sink) }
        for entry in layers.finish() { sink.take(entry) }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer, into sink: inout some ListSink) {
        guard !isTooLong else { return }
        pending.append(contentsOf: piece.prefix(ListReader.longestLine + 1))
        if pending.count > ListReader.longestLine {
            isTooLong = true
            lines += 1
            pending.withUnsafeBytes { sink.reject(line: lines, reason: ListReader.tooLong, text: $0) }
            pending.removeAll()
        }
    }

    private mutating func endPending(into sink: inout some ListSink) {
        defer { isTooLong = false }
        guard !isTooLong else { return }
        let whole = pending
        pending.removeAll(keepingCapacity: true)
        whole.withUnsafeBytes { line($0, into: &sink) }
    }

    private static let tooLong = "longer than 8192 bytes"

    private mutating func line(_ bytes: UnsafeRawBufferPointer, into sink: inout some ListSink) {
        lines += 1
        guard bytes.count <= ListReader.longestLine else { return sink.reject(line: lines, reason: ListReader.tooLong, text: bytes) }
        var line = ListLine(bytes)
        if lines == 1, isBeginning, line.hasPrefix("\u{feff}") { line = line.dropFirst(3) }
        // A zone file's leading blank means something: the owner of the line before.
        if syntax == .rpz { return zoneLine(line, into: &sink) }
        line = line.trimmed
        // Nearly every line of nearly every list: what follows would come to the same.
        if let kind = syntax.bareNameKind, let length = PlainHost.length(of: line.bytes) {
            return sink.take(plainHost: line.piece(0, length).bytes, kind, line: lines)
        }
        guard !line.isEmpty else { return }
        if line.contains(0) { return sink.reject(line: lines, reason: "holds a NUL byte", text: line.bytes) }
        entryLine(line, into: &sink)
    }

    private mutating func entryLine(_ line: ListLine, into sink: inout some ListSink) {
        switch syntax {
        case .domains: domainLine(line, isExact: false, into: &sink)
        case .exactDomains: domainLine(line, isExact: true, into: &sink)
        case .hosts: hostsLine(line, into: &sink)
        case .wildcard: wildcardLine(line, into: &sink)
        case .adblock: adblockLine(line, into: &sink)
        case .dnsmasq: dnsmasqLine(line, into: &sink)
        case .unbound: unboundLine(line, into: &sink)
        case .rpz: zoneLine(line, into: &sink)
        case .dstdomain: dstdomainLine(line, into: &sink)
        case .e2guardian: e2guardianLine(line, into: &sink)
        case .memberDomains: memberDomainLine(line, into: &sink)
        case .memberURLs: memberURLLine(line, into: &sink)
        case .memberExpressions: memberExpressionLine(line, isPOSIX: true, into: &sink)
        case .expressions: memberExpressionLine(line, isPOSIX: false, into: &sink)
        case .memberDifference: memberDifferenceLine(line, into: &sink)
        case .privoxy: privoxyLine(line, into: &sink)
        }
    }
}

extension ListReader {
    /// A host, as an entry of `kind`; an address is always itself alone.
    func takeHost(
        _ text: ListLine, _ kind: EntryKind, isException: Bool = false, of line: ListLine, into sink: inout some ListSink
    ) {
        switch text.host {
        case .name(let name): sink.take(ListEntry(kind: kind, text: name, isException: isException, line: lines))
        case .address(let address):
            sink.take(ListEntry(kind: .prefix, text: address.description, isException: isException, line: lines))
        case nil: reject(line, "not a host name", into: &sink)
        }
    }

    func reject(_ line: ListLine, _ reason: String, into sink: inout some ListSink) {
        sink.reject(line: lines, reason: reason, text: line.bytes)
    }

    /// Takes an address block (`10.0.0.0/8`); false where the text is none.
    func takeBlock(_ text: ListLine, into sink: inout some ListSink) -> Bool {
        guard let first = text.first, (0x30...0x39).contains(first) || text.contains(0x3a), text.contains(0x2f), text.count <= 64,
            let prefix = IPPrefix(text.text)
        else { return false }
        sink.take(ListEntry(kind: .prefix, text: prefix.description, line: lines))
        return true
    }
}
