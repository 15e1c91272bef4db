internal import PolicyCore
internal import PolicyFormats

/// One file of a list read piece by piece: its syntax is settled by its first bytes, then its lines go to a sink.
struct FileReading<Sink: ListSink> {
    private let format: ListDeclaration.Format
    private let match: ListDeclaration.Match
    private let name: String
    private var head: [UInt8] = []
    private var reader: ListReader?
    private let stretches: Stretches?
    private var cutter: TextCutter?
    private var isBeginning = true
    private(set) var header = ListHeader()
    private var lineSink: RemovingSink<Sink>

    /// Given stretches of whole lines in place of the lines; whether it is the file's first is told.
    typealias Stretches = (inout Sink, UnsafeRawBufferPointer, _ isBeginning: Bool, ListSyntax) throws -> Void

    /// - Parameters:
    ///   - syntax: where it is known already; else format and content decide.
    ///   - removals: what difference files take out of this one; a file with any is not given away in stretches.
    ///   - stretches: takes the text where what a line of it means depends on no other line; nil to have every line read here.
    init(
        _ format: ListDeclaration.Format, match: ListDeclaration.Match, name: String, syntax: ListSyntax?, sink: Sink,
        removals: ListRemovals? = nil, stretches: Stretches? = nil
    ) {
        self.format = format
        self.match = match
        self.name = name
        lineSink = RemovingSink(base: sink, removals: removals, isDifference: syntax == .memberDifference)
        self.stretches = removals == nil ? stretches : nil
        if let syntax { begin(syntax) }
    }

    var sink: Sink { lineSink.base }

    /// The syntax, once enough was read.
    var syntax: ListSyntax? { reader?.syntax }

    /// Whether the text was given away in stretches.
    var isCut: Bool { cutter != nil }

    /// Lines read here.
    var lines: Int { reader?.lines ?? 0 }

    mutating func read(_ piece: UnsafeRawBufferPointer) throws {
        guard reader == nil else { return try feed(piece) }
        head.append(contentsOf: piece)
        if head.count >= ListDetection.headBytes { try begin() }
    }

    mutating func finish() throws {
        if reader == nil { try begin() }
        guard var last = cutter else {
            reader?.finish(into: &lineSink)
            return
        }
        try last.finish { try give($0) }
    }

    private mutating func feed(_ piece: UnsafeRawBufferPointer) throws {
        guard var current = cutter else {
            reader?.read(piece, into: &lineSink)
            return
        }
        // Held in one place only, so that its bytes are not copied.
        cutter = TextCutter()
        try current.read(piece) { try give($0) }
        cutter = current
    }

    private mutating func give(_ stretch: UnsafeRawBufferPointer) throws {
        guard let stretches, let syntax else { return }
        try stretches(&lineSink.base, stretch, isBeginning, syntax)
        isBeginning = false
    }

    private mutating func begin(_ syntax: ListSyntax) {
        reader = ListReader(syntax: syntax)
        if stretches != nil, syntax.isLineByLine { cutter = TextCutter() }
    }

    private mutating func begin() throws {
        let bytes = head
        head = []
        let (format, match, name) = (format, match, name)
        let syntax = try bytes.withUnsafeBytes { head throws -> ListSyntax in
            do throws(ListDetection.Refusal) { try ListDetection.check(head) } catch { throw ListError(error.rawValue) }
            return ListSyntax(format, match: match, fileName: name) ?? ListDetection.syntax(of: head, name: name, match: match)
        }
        header = bytes.withUnsafeBytes { ListHeader($0) }
        begin(syntax)
        try bytes.withUnsafeBytes { try feed($0) }
    }
}
