internal import PatternMatching
internal import PolicyFormats

/// Puts one file's entries into the sources it belongs to, or makes runs of them where runs are kept.
struct CompileFile: ListSink {
    let work: CompileWork
    var sources: [SourceID]
    /// As rejected lines name it.
    let file: String?
    /// Where runs are kept: what comes line by line.
    private var whole: RunSink?
    /// Of the stretches so far.
    private var lines = 0

    init(work: CompileWork, sources: [SourceID], file: String?) {
        self.work = work
        self.sources = sources
        self.file = file
    }

    func begun() -> CompileFile {
        var file = self
        file.whole = work.runs?.sink()
        return file
    }

    mutating func take(_ entry: ListEntry) {
        if whole?.take(entry) == nil { work.add(entry, to: sources, file: file) }
    }

    mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) {
        if whole?.take(plainHost: host, kind, line: line) == nil { work.add(plainHost: host, kind, line: line, to: sources, file: file) }
    }

    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {
        if whole?.reject(line: line, reason: reason, text: text) == nil { work.reject(line: line, reason: reason, text: text, file: file) }
    }

    /// A stretch of the file: its run is kept already, or made.
    static func takeStretch(
        _ file: inout CompileFile, _ stretch: UnsafeRawBufferPointer, _ isBeginning: Bool, _ syntax: ListSyntax
    ) throws {
        guard let runs = file.work.runs else { return }
        let run = try runs.run(of: stretch, isBeginning: isBeginning, syntax)
        file.lines += try file.work.add(run, linesBefore: file.lines, to: file.sources, file: file.file)
    }

    /// The file's end, where it was not cut into stretches.
    func keepWhole(_ path: String, lines: Int) throws {
        guard let runs = work.runs, let whole else { return }
        let run = try runs.keep(whole.finish(lines: lines), ofFile: path)
        _ = try work.add(run, linesBefore: 0, to: sources, file: file)
    }
}
