/// What all lines of Connection (and Proxy-Connection, for persistence alone) say (RFC 9110, 7.6.1).
struct ConnectionOptions: Sendable {
    private(set) var closes = false
    private(set) var keepsAlive = false
    private(set) var nominatesUpgrade = false
    private(set) var nominatesExpect = false
    /// Host, Content-Length or Transfer-Encoding was nominated, an option is no token, or there are too many.
    private(set) var isMalformed = false
    private var known = KnownFieldSet()
    private var others: [Range<Int>] = []

    /// Marking costs options times fields, so options are few: real messages have one to three.
    private static let mostOthers = 64

    /// Counts in one line of Connection.
    mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for element in ListElements(bytes, range) where !element.isEmpty {
            guard ByteClass.isToken(bytes, element) else {
                isMalformed = true
                return
            }
            let option = UnsafeRawBufferPointer(rebasing: bytes[element])
            if ASCII.matches(option, "close") {
                closes = true
                continue
            }
            switch KnownField(option) {
            case .host, .contentLength, .transferEncoding: isMalformed = true
            case .keepAlive: keepsAlive = true
            case .upgrade: nominatesUpgrade = true
            case .other:
                others.append(element)
                if others.count > Self.mostOthers {
                    isMalformed = true
                    return
                }
            case let field:
                if field == .expect { nominatesExpect = true }
                known.insert(field)
            }
        }
    }

    /// Counts in one line of Proxy-Connection, which browsers send to proxies in place of Connection.
    mutating func addProxyConnection(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for element in ListElements(bytes, range) {
            let option = UnsafeRawBufferPointer(rebasing: bytes[element])
            if ASCII.matches(option, "close") { closes = true } else if ASCII.matches(option, "keep-alive") { keepsAlive = true }
        }
    }

    /// Marks the fields that were nominated.
    func mark(_ lines: inout [HeadField], _ bytes: UnsafeRawBufferPointer) {
        if known.isEmpty, others.isEmpty { return }
        for i in lines.indices {
            if lines[i].known != .other {
                if known.contains(lines[i].known) { lines[i].isNominated = true }
                continue
            }
            let name = lines[i].name
            for option in others where option.count == name.count && ASCII.sameLetters(bytes, name, option) {
                lines[i].isNominated = true
                break
            }
        }
    }
}
