import PatternMatching

/// What tells at a glance that a rule is not about a request: nearly every rule is not about nearly every request, and a look through its
/// gate touches nothing but a few words in a row. A gate may open for a request its rule is not about; it never stays shut before one it is.
struct RuleGate {
    /// The first 128 sources of the snapshot's own index and of the lists' that can bring a request under the rule.
    fileprivate(set) var own: (UInt64, UInt64) = (0, 0)
    fileprivate(set) var lists: (UInt64, UInt64) = (0, 0)
    /// The rule must be weighed whatever is asked for.
    fileprivate(set) var isOpen = false
    /// The rule holds every request in its hours: outside of them it need not be weighed.
    fileprivate(set) var isAboutTimeAlone = false
    fileprivate(set) var isForAddresses = false
    fileprivate(set) var hasExtensions = false
    /// Its part of ``RuleGates/words``.
    fileprivate(set) var firstWord: Int32 = 0
    fileprivate(set) var endWord: Int32 = 0
}

/// The gates of a group's rules, in their order: plain memory, so that looking through them counts no references.
///
/// `@unchecked Sendable`: its memory is written while it is made, and read only by who holds the group that keeps it.
final class RuleGates: @unchecked Sendable {
    let gates: UnsafeBufferPointer<RuleGate>
    /// Extensions, methods and ports that gates open for.
    let words: UnsafeBufferPointer<UInt64>
    let asksForExtension: Bool
    let asksForMethod: Bool

    init(_ rules: [CompiledRule]) {
        var words: [UInt64] = []
        let gates = rules.map { RuleGates.gate($0, &words) }
        asksForExtension = gates.contains(where: \.hasExtensions)
        asksForMethod = words.contains { GateWord.isMethod($0) }
        self.gates = RuleGates.kept(gates)
        self.words = RuleGates.kept(words)
    }

    deinit {
        gates.deallocate()
        words.deallocate()
    }

    private static func kept<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        return UnsafeBufferPointer(memory)
    }

    private static func gate(_ rule: CompiledRule, _ words: inout [UInt64]) -> RuleGate {
        var gate = RuleGate()
        gate.firstWord = Int32(clamping: words.count)
        if let reach = rule.reach {
            gate.own = reach.own.firstWords
            gate.lists = reach.lists.firstWords
            gate.isOpen = reach.own.goesBeyondFirstWords || reach.lists.goesBeyondFirstWords || !reach.grants.isEmpty
        } else {
            gate.isOpen = !rule.targets.allSatisfy { take($0, rule.texts, into: &gate, &words) }
        }
        gate.endWord = Int32(clamping: words.count)
        let holdsAll = rule.targets.contains { if case .all = $0 { true } else { false } }
        gate.isAboutTimeAlone = holdsAll && rule.hasWindow && rule.isForEveryone && rule.except.isEmpty
        return gate
    }

    /// Lets the gate open for a target.
    /// - Returns: false where no gate can tell.
    private static func take(_ target: CompiledTarget, _ texts: [[UInt8]], into gate: inout RuleGate, _ words: inout [UInt64]) -> Bool {
        switch target {
        case .ipHost: gate.isForAddresses = true
        case .port(let port): words.append(GateWord.port(port))
        case .method(let text):
            guard let word = GateWord.method(texts[text]) else { return false }
            words.append(word)
        case .fileExtension(let text):
            guard let word = GateWord.fileExtension(texts[text]) else { return false }
            words.append(word)
            gate.hasExtensions = true
        case .own(let source):
            var set = SourceSet()
            set.insert(source)
            if set.goesBeyondFirstWords { return false }
            gate.own.0 |= set.firstWords.0
            gate.own.1 |= set.firstWords.1
        case .all, .uncategorized, .category, .granted, .mediaType: return false
        }
        return true
    }
}

/// A short text or a port in one word: seven bytes, their number, and below them what they are. 0 is none of these.
enum GateWord {
    private static let extensionMark: UInt64 = 1
    private static let methodMark: UInt64 = 2
    private static let portMark: UInt64 = 3

    static func fileExtension(_ text: some Collection<UInt8>) -> UInt64? { packed(text).map { $0 | extensionMark } }

    /// - Parameters:
    ///   - word: its bytes, the first one highest.
    ///   - count: 1…7.
    static func fileExtension(first word: UInt64, count: Int) -> UInt64 {
        (word >> UInt64(64 - 8 * count)) << 8 | UInt64(count) << 4 | extensionMark
    }

    static func method(_ text: some Collection<UInt8>) -> UInt64? { packed(text).map { $0 | methodMark } }
    static func port(_ port: UInt16) -> UInt64 { UInt64(port) << 8 | portMark }

    static func isMethod(_ word: UInt64) -> Bool { word & 15 == methodMark }

    /// nil for more than seven bytes.
    private static func packed(_ text: some Collection<UInt8>) -> UInt64? {
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in text {
            guard count < 7 else { return nil }
            word = word << 8 | UInt64(byte)
            count += 1
        }
        return word << 8 | count << 4
    }
}
