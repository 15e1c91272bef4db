/// A list of one text in memory.
struct TextInMemory: SourceFiles {
    let bytes: [UInt8]

    func table() throws -> SourceTable { SourceTable(files: [""]) }

    func read(_ wanted: Set<String>, _ body: (String, UnsafeRawBufferPointer) throws -> Void) throws {
        guard wanted.contains("") else { return }
        try bytes.withUnsafeBytes { try body("", $0) }
        try body("", UnsafeRawBufferPointer(start: nil, count: 0))
    }
}
