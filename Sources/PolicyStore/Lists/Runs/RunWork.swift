internal import Foundation
internal import PatternMatching
internal import PolicyFormats

/// The runs an index is being put together from.
final class RunWork {
    struct Named {
        var name: String
        var run: EntryRun
    }

    struct Place {
        var list: String
        var file: String?
    }

    /// That of the runs kept, so that all of them lie in the same order.
    let seed: UInt64
    private let library: RunLibrary
    private let mostRejected: Int
    /// By name; nil where a run was given away, or is none.
    private var open: [String: EntryRun?] = [:]
    private var uses: [EntryRunUse] = []
    /// Of which list and file each use is.
    private(set) var places: [Place] = []
    private var notes: Set<String> = []
    /// Of the list at hand.
    private var list = ""
    private var key = ""
    private var sources: [SourceID] = []
    private var note = RunNote()

    init(_ library: RunLibrary, mostRejected: Int) {
        self.library = library
        self.mostRejected = mostRejected
        seed = library.anySeed ?? .random(in: .min ... .max)
    }

    func begin(_ list: ListCompileJob.List) {
        self.list = list.name
        key = RunLibrary.name(["list", ListImageKey.of([list])])
        (sources, note) = ([], RunNote())
    }

    func remember(_ source: SourceID, as reference: String) {
        sources.append(source)
        note.sources.append(reference)
    }

    func remember(alias reference: String, of source: SourceID) { note.aliases[reference] = sources.firstIndex(of: source) }

    /// What the list at hand is made of, where all of it is kept.
    func kept() -> (note: RunNote, runs: [EntryRun])? {
        guard let note = library.note(key) else { return nil }
        var runs: [EntryRun] = []
        for piece in note.pieces {
            guard let run = run(piece.run) else { return nil }
            runs.append(run)
        }
        notes.insert(key)
        return (note, runs)
    }

    func keepNote(_ result: ListCompilation.List) throws {
        note.result = result
        try library.keep(note, as: key)
        notes.insert(key)
    }

    func sink() -> RunSink { RunSink(seed: seed, mostRejected: mostRejected) }

    /// - Parameter stretch: whole lines, read on their own.
    func run(of stretch: UnsafeRawBufferPointer, isBeginning: Bool, _ syntax: ListSyntax) throws -> Named {
        let name = RunLibrary.name(of: stretch, [syntax.rawValue, isBeginning ? "beginning" : ""])
        if let run = run(name) { return Named(name: name, run: run) }
        var reader = ListReader(syntax: syntax, isBeginning: isBeginning)
        var sink = sink()
        reader.read(stretch, into: &sink)
        reader.finish(into: &sink)
        return try keep(sink.finish(lines: reader.lines), as: name)
    }

    /// - Parameter path: of a file of the list at hand.
    func keep(_ run: [UInt8], ofFile path: String) throws -> Named { try keep(run, as: RunLibrary.name(["file", key, path])) }

    private func keep(_ bytes: [UInt8], as name: String) throws -> Named {
        try library.keep(run: bytes, as: name)
        guard let run = library.run(name) else { throw ListError("what was read cannot be read back: \(name)") }
        open.updateValue(run, forKey: name)
        return Named(name: name, run: run)
    }

    private func run(_ name: String) -> EntryRun? {
        if let known = open[name], let known { return known }
        let run = library.run(name)
        guard run?.seed == seed else { return nil }
        if let run { open.updateValue(run, forKey: name) }
        return run
    }

    /// - Returns: what the run's reader told.
    func add(_ run: Named, linesBefore: Int, to targets: [SourceID], file: String?) throws -> RunSink.Note {
        use(run.run, linesBefore: linesBefore, by: targets, file: file)
        note.pieces.append(
            RunNote.Piece(
                run: run.name, linesBefore: linesBefore, sources: targets.compactMap { sources.firstIndex(of: $0) },
                file: file))
        return try JSONDecoder().decode(RunSink.Note.self, from: Data(run.run.note))
    }

    func use(_ run: EntryRun, linesBefore: Int, by targets: [SourceID], file: String?) {
        places.append(Place(list: list, file: file))
        uses.append(EntryRunUse(run: run, linesBefore: linesBefore, sources: targets))
    }

    /// Gives the runs away, so that their memory goes when they are in the index.
    func takeUses() -> [EntryRunUse] {
        let all = uses
        uses = []
        open = open.mapValues { _ in nil }
        return all
    }

    /// Removes what this compilation had no use for, so that what is kept does not grow.
    func forgetOthers() { library.remove(exceptRuns: Set(open.keys), notes: notes) }
}
