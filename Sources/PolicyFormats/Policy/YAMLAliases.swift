/// A document's aliases (`*name`) and the anchors they stand for.
///
/// The parser itself puts what an alias stands for in its place and does not say where; a text of ten lines becomes a tree of a thousand
/// million values or a million levels that way, and keys are compared before anybody can look at it. So aliases are kept from it: every
/// asterisk that could begin one becomes a character the text does not hold, and a plain value that begins with this character was an alias.
/// In comments, quotes and other text the character is put back, and nothing has moved.
struct YAMLAliases {
    /// A document with more is refused.
    static let most = 1000

    /// A value with an anchor.
    struct Anchored {
        var node: YAMLNode
        /// How many values it is, itself among them, aliases written out.
        var nodes: Int
        /// How many levels of lists and mappings it has.
        var levels: Int
    }

    /// What stands for the asterisk; nil where no asterisk could begin an alias.
    private let stand: UnicodeScalar?
    private var anchors: [String: Anchored] = [:]
    private var used = 0

    /// - Returns: nil where no character is left to stand for an asterisk.
    init?(of text: String) {
        guard YAMLAliases.mayHoldAliases(text) else {
            stand = nil
            return
        }
        let others = YAMLAliases.privateCharacters(in: text)
        // Those below stand for the first letters of doubled keys.
        guard let free = (UInt32(0xe100)...0xf8ff).first(where: { !others.contains($0) }), let scalar = UnicodeScalar(free) else {
            return nil
        }
        stand = scalar
    }

    private static func mayHoldAliases(_ text: String) -> Bool {
        var isStar = false
        for byte in text.utf8 {
            if isStar, isWord(byte) { return true }
            isStar = byte == UInt8(ascii: "*")
        }
        return false
    }

    /// Those that stand in the text or that an escape in it (`"\ue100"`) becomes.
    private static func privateCharacters(in text: String) -> Set<UInt32> {
        var found = Set(text.unicodeScalars.lazy.map(\.value).filter { (0xe000...0xf8ff).contains($0) })
        for piece in text.utf8.split(separator: UInt8(ascii: "\\")) {
            let digits = piece.first == UInt8(ascii: "u") ? 4 : piece.first == UInt8(ascii: "U") ? 8 : 0
            if digits > 0, let value = UInt32(Substring(piece.dropFirst().prefix(digits)), radix: 16) { found.insert(value) }
        }
        return found
    }

    /// What the parser takes for a letter of an anchor's name.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    static func isName(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isWord) }

    /// The text without anything the parser would take for an alias, as long in lines and columns.
    func put(into text: String) -> String {
        guard let stand else { return text }
        let standing = Array(String(stand).utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 1024)
        var isStar = false
        for byte in text.utf8 {
            if isStar {
                if YAMLAliases.isWord(byte) { bytes += standing } else { bytes.append(UInt8(ascii: "*")) }
            }
            isStar = byte == UInt8(ascii: "*")
            if !isStar { bytes.append(byte) }
        }
        if isStar { bytes.append(UInt8(ascii: "*")) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text of the document as it was written.
    func taken(from text: String) -> String {
        guard let stand, text.unicodeScalars.contains(stand) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar == stand ? "*" : scalar) }
        return String(scalars)
    }

    /// What follows the asterisk of a plain value, where one begins it.
    func name(in text: String) -> Substring? {
        guard let stand, text.unicodeScalars.first == stand else { return nil }
        return Substring(text.unicodeScalars.dropFirst())
    }

    mutating func remember(_ anchor: String, _ anchored: Anchored) { anchors[anchor] = anchored }

    /// What was last given that name.
    func anchored(_ name: String) -> Anchored? { anchors[name] }

    /// One more alias; false where it is one too many.
    mutating func use() -> Bool {
        used += 1
        return used <= YAMLAliases.most
    }
}
