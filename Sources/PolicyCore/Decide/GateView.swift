import PatternMatching

/// A request as the gates of rules see it.
struct GateView {
    private let own: (UInt64, UInt64)
    private let lists: (UInt64, UInt64)
    private let isAddress: Bool
    private let port: UInt64
    private var method: UInt64 = 0
    private var fileExtension: UInt64 = 0
    /// What its extension is depends on who reads it.
    private var hasDoubtfulExtension = false

    init(_ asked: Asked, _ forms: MatchedForms, _ gates: RuleGates) {
        let canonical = (forms.canonical.own.firstWords, forms.canonical.lists.firstWords)
        if let sent = forms.sent {
            let (sentOwn, sentLists) = (sent.own.firstWords, sent.lists.firstWords)
            own = (canonical.0.0 | sentOwn.0, canonical.0.1 | sentOwn.1)
            lists = (canonical.1.0 | sentLists.0, canonical.1.1 | sentLists.1)
        } else {
            (own, lists) = canonical
        }
        isAddress = asked.url.address != nil
        port = GateWord.port(asked.url.port)
        if gates.asksForMethod { method = GateWord.method(asked.method.utf8) ?? 0 }
        if gates.asksForExtension { readExtension(asked.url) }
    }

    @inline(__always)
    func opens(_ gate: RuleGate, _ words: UnsafeBufferPointer<UInt64>) -> Bool {
        if gate.isOpen { return true }
        if own.0 & gate.own.0 | own.1 & gate.own.1 | lists.0 & gate.lists.0 | lists.1 & gate.lists.1 != 0 { return true }
        if gate.isForAddresses && isAddress || gate.hasExtensions && hasDoubtfulExtension { return true }
        for place in Int(gate.firstWord)..<Int(gate.endWord) {
            let word = words[place]
            if word == port || word == method || word == fileExtension { return true }
        }
        return false
    }

    /// What follows the last dot of the path's last segment.
    private mutating func readExtension(_ url: RequestURL) {
        guard url.sent == nil else {
            hasDoubtfulExtension = true
            return
        }
        url.bytes.withUnsafeBufferPointer { bytes in
            var end = min(max(url.pathStart, 0), bytes.count)
            while end < bytes.count, bytes[end] != UInt8(ascii: "?") {
                if bytes[end] == UInt8(ascii: ";") { hasDoubtfulExtension = true }
                end += 1
            }
            var word: UInt64 = 0
            var place = end
            while place > url.pathStart {
                place -= 1
                if bytes[place] == UInt8(ascii: "/") { return }
                if bytes[place] == UInt8(ascii: ".") { break }
                // A longer one than seven bytes is no gate's.
                if end - place > 7 { return }
                word = word >> 8 | UInt64(bytes[place].asciiLowercase) << 56
            }
            // The first byte is the highest, as if the bytes had been read from left to right.
            let count = end - place - 1
            if place > url.pathStart, count > 0 { fileExtension = GateWord.fileExtension(first: word, count: count) }
        }
    }
}
