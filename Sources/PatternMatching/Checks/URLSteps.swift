/// What may follow what in the texts that expressions are tried on, as a small machine: every canonical URL is one of its texts.
struct URLSteps {
    /// Where a text begins: at the scheme, or at the host for expressions that do not see the scheme.
    let first: Int
    private let path: ByteSet

    static let states = 17
    /// The end of the text was asserted: nothing follows.
    static let ended = 10
    private static let hostStart = 4
    private static let pathRest = 9

    init(_ kind: EntryKind) {
        first = kind == .expressionHostPath ? URLSteps.hostStart : 0
        let printable = ByteSet(0x21...0xff).subtracting(ByteSet("#")).subtracting(ByteSet(0x7f))
        path = kind == .expressionHostPath ? printable.subtracting(ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z"))) : printable
    }

    /// Every place of a text, from its beginning on.
    var reachable: [Int] {
        let withoutScheme = Array(URLSteps.hostStart...URLSteps.pathRest) + [16]
        return first == 0 ? withoutScheme + [0, 1, 2, 3, 11, 12, 13, 14, 15] : withoutScheme
    }

    func mayEnd(_ place: Int) -> Bool { place == URLSteps.pathRest || place == URLSteps.ended }

    private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let host = ByteSet(0x21...0x7e).subtracting(ByteSet("/:#?@[]\\%")).subtracting(
        ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z")))
    private static let colon = ByteSet(":")
    private static let slash = ByteSet("/")
    private static let literal = digits.union(ByteSet("abcdef:."))

    /// Which bytes may follow at a place, and where they lead.
    func moves(_ place: Int) -> [(ByteSet, Int)] {
        switch place {
        // http, https
        case 0: [(ByteSet("h"), 11), (ByteSet("w"), 14)]
        case 11: [(ByteSet("t"), 12)]
        case 12: [(ByteSet("t"), 13)]
        case 13: [(ByteSet("p"), 1)]
        // ws, wss
        case 14: [(ByteSet("s"), 1)]
        case 1: [(ByteSet("s"), 2), (URLSteps.colon, 3)]
        case 2: [(URLSteps.colon, 3)]
        case 3: [(URLSteps.slash, 15)]
        case 15: [(URLSteps.slash, 4)]
        case 4: [(URLSteps.host, 5), (ByteSet("["), 6)]
        case 5: [(URLSteps.host, 5), (URLSteps.colon, 16), (URLSteps.slash, 9)]
        case 6: [(URLSteps.literal, 6), (ByteSet("]"), 7)]
        case 7: [(URLSteps.colon, 16), (URLSteps.slash, 9)]
        case 16: [(URLSteps.digits, 8)]
        case 8: [(URLSteps.digits, 8), (URLSteps.slash, 9)]
        case 9: [(path, 9)]
        default: []
        }
    }
}
