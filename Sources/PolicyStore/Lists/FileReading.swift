internal import PolicyCore
internal import PolicyFormats

/// One file of a list read piece by piece: its syntax is settled by its first bytes, then its lines go to a sink.
struct FileReading<Sink: ListSink> {
    private let format: ListDeclaration.Format
    private let match: ListDeclaration.Match
    private let name: String
    private var head: [UInt8] = []
    private var reader: ListReader?
    private(set) var header = ListHeader()
    var sink: Sink

    /// - Parameter syntax: where it is known already; else format and content decide.
    init(_ format: ListDeclaration.Format, match: ListDeclaration.Match, name: String, syntax: ListSyntax?, sink: Sink) {
        self.format = format
        self.match = match
        self.name = name
        self.sink = sink
        reader = syntax.map(ListReader.init(syntax:))
    }

    /// The syntax, once enough was read.
    var syntax: ListSyntax? { reader?.syntax }

    mutating func read(_ piece: UnsafeRawBufferPointer) throws {
        guard reader == nil else {
            reader?.read(piece, into: &sink)
            return
        }
        head.append(contentsOf: piece)
        if head.count >= ListDetection.headBytes { try begin() }
    }

    mutating func finish() throws {
        if reader == nil { try begin() }
        reader?.finish(into: &sink)
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
        reader = ListReader(syntax: syntax)
        bytes.withUnsafeBytes { reader?.read($0, into: &sink) }
    }
}
