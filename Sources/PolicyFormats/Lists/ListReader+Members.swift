internal import PatternMatching

// The parts of a squidGuard (UT1, Shalla) member.
extension ListReader {
    /// A name with its subdomains, or an address.
    mutating func memberDomainLine(_ line: ListLine, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        let text = line.beforeComment(0x23)
        guard !takeBlock(text, into: &sink) else { return }
        let name = text.first == 0x2e ? text.dropFirst(1) : text
        guard !name.contains(0x2f) else { return reject(line, "a URL, not a name", into: &sink) }
        takeHost(name, .site, of: line, into: &sink)
    }

    /// `host/path`, caseless; what follows a blank is a redirection's target: the entry is used, that it leads elsewhere is not.
    mutating func memberURLLine(_ line: ListLine, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        var position = 0
        guard let word = line.word(&position) else { return }
        takeURL(word.withoutScheme, of: line, into: &sink)
        if let target = line.word(&position), target.first != 0x23 {
            reject(line, "leads to another URL, which is not done: the entry itself is used", into: &sink)
        }
    }

    /// A squidGuard difference file (`domains.diff`): `+entry` is one more, `-entry` one less of the file it belongs to.
    mutating func memberDifferenceLine(_ line: ListLine, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        let entry = line.dropFirst(1).trimmed
        switch line.first {
        case 0x2b: differenceEntry(entry, of: line, into: &sink)
        case 0x2d:
            var one = OneEntry()
            differenceEntry(entry, of: line, into: &one)
            guard let removed = one.entry else { return reject(line, "not a host name", into: &sink) }
            sink.remove(removed)
        default: reject(line, "neither + nor - before the entry", into: &sink)
        }
    }

    private func differenceEntry(_ entry: ListLine, of line: ListLine, into sink: inout some ListSink) {
        guard !takeBlock(entry, into: &sink) else { return }
        let text = entry.first == 0x2e ? entry.dropFirst(1) : entry.withoutScheme
        takeURL(text, of: line, into: &sink)
    }

    /// An expression against the lower-cased URL without its scheme.
    /// - Parameter isPOSIX: false where it is PCRE2's; one no POSIX reader takes (`(?:a)`) is read as that too.
    mutating func memberExpressionLine(_ line: ListLine, isPOSIX: Bool, into sink: inout some ListSink) {
        guard line.first != 0x23 else { return }
        guard line.count <= 4096 else { return reject(line, "the expression is longer than 4096 bytes", into: &sink) }
        guard let text = String(validating: line.bytes, as: UTF8.self) else { return reject(line, "not UTF-8", into: &sink) }
        guard text != "()" && text != "|" else { return reject(line, "an expression that matches everything", into: &sink) }
        let read = isPOSIX ? PosixExpression.translated(text) ?? text : text
        sink.take(ListEntry(kind: .expressionHostPath, text: read, line: lines))
    }

    /// A URL entry without its scheme; a host without a path stands for all of it.
    func takeURL(_ text: ListLine, of line: ListLine, into sink: inout some ListSink) {
        guard let slash = text.index(of: 0x2f) else { return takeHost(text, .site, of: line, into: &sink) }
        let host = text.piece(0, slash)
        guard !host.isEmpty, host.contains(0x3a) || host.host != nil else { return reject(line, "not a host name", into: &sink) }
        guard let entry = String(validating: text.bytes, as: UTF8.self) else {
            // Paths in an old charset: kept as the bytes they are, percent-encoded.
            return sink.take(ListEntry(kind: .urlCaseless, text: text.percentEncoded, line: lines))
        }
        sink.take(ListEntry(kind: .urlCaseless, text: entry, line: lines))
    }
}

/// Keeps the entry a line stands for.
private struct OneEntry: ListSink {
    var entry: ListEntry?

    mutating func take(_ entry: ListEntry) { self.entry = entry }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {}
}

extension ListLine {
    /// With every byte outside ASCII percent-encoded.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in bytes {
            if byte < 0x80 { encoded.append(byte) } else { encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
